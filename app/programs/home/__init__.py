"""The patient's own page: a program on the phone, what the patient notes there, what the practitioner sees of it."""

"""The patient's own page: a program on the phone, what is noted there, and what the practitioner sees of it."""

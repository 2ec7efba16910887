"""Clients: our record of a patient, its links to Cliniko ids, who may see it, and how it is found."""

"""Kinebridge: opens a Cliniko patient as a client and files exercise programs back in Cliniko."""

"""Deliveries: what must reach a patient's Files in Cliniko, and the job that brings it there."""

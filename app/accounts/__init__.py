"""Practices, practitioners and memberships; signing in; who may see what; the encrypted Cliniko keys."""

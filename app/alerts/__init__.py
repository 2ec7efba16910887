"""Alerts: what needs a person, told once an outage or cause, in the bell and by email."""

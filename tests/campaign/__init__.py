"""The fault campaign: real processes, a real database and a seeded mix of everything that goes wrong between them."""

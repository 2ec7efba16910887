"""The demo: a Cliniko stand-in with a small web face, and made-up patients to play with. It speaks HTTP only."""

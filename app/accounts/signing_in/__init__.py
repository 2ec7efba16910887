"""Signing up, in and out; the rules a practice has for it; working in another of one's practices."""

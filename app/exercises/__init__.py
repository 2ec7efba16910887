"""Exercises: the starter library, its figures, and what practitioners add to it."""

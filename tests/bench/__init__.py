"""Measurements behind the figures in README: ``python -m tests.bench``."""

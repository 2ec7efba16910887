"""The guide's pictures, taken of the running demo: ``python -m tests.screenshots``."""

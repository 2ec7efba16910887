"""A rolling upgrade from an earlier release, with both releases' real processes on one database."""

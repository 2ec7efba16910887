"""Exercises in and out, as CSV and in the public format of free-exercise-db; a dry run comes before an import."""

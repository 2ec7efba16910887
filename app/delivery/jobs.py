"""Background tasks of this room."""

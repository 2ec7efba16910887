"""What a practice decides for itself: its details, letterhead and discount."""

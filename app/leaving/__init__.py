"""A colleague leaves or is away: their access ends, and their clients and all that waits go to others (case 7)."""

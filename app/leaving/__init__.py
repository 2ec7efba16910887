"""A colleague leaves or is away: their access ends, and their clients and all that waits go to others (case 7).

Also a practice that leaves a clinic in Cliniko to which it was connected by mistake.
"""

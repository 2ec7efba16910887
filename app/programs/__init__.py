"""Exercise programs: starter templates, programs and their immutable versions, and assigning them."""

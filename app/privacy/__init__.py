"""What is kept of people: exported for who may ask, erased when they want it, and forgotten when its time is over."""

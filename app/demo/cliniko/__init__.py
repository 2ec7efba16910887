"""A stand-in for Cliniko on the local machine: its API, an S3-like bucket and a small web face, all in memory.

It shares no code with the product's own Cliniko client, so that a wrong belief on one side shows on the other.
"""

"""The record of who did what, in words: for owners and admins, and what one client's record says."""

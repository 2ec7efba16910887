"""Who belongs to a practice: the team, invitations, joining."""

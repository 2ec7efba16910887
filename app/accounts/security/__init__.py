"""What a person signs in with: passwords, links to choose a new one, two-factor."""

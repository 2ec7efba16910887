"""A member's connection to Cliniko: the saved key, its pace, and what to do while Cliniko is down."""

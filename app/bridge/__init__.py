"""The click in Cliniko: what it means and where it leads."""

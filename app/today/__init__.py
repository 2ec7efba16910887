"""Where one lands: the day's appointments with what each client has, and the first steps of who is new."""

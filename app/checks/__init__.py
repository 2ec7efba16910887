"""Looks at everything that running the service takes, and says what is wrong and how to mend it."""

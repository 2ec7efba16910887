"""Our side of Cliniko's HTTP API: keys, records, errors, pacing and the client that joins them.

Knows nothing of the database or of web pages; every value it needs comes as an argument.
"""

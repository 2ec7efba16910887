"""Email: letters are rows written in the same transaction as what they are about; a job hands them to the server."""

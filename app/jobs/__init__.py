"""The job queue: durable rows in PostgreSQL, deferred in the same transaction as what they are about."""

"""The database of an installation: an embedded PostgreSQL that outlives its starter, or an external one by address."""

"""Schema history of the catalogue, on SQLite and PostgreSQL alike."""

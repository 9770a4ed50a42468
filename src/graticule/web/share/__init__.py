"""The door of shared links: made, listed and revoked by their owners, and used."""

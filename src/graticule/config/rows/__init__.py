"""The rows of the one table of settings, one subject a file."""

"""What the server can do, without HTTP: scan, find, view."""

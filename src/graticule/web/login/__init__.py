"""The door where people log in and out."""

"""The door of browser clients written by other people: their pages and files."""

"""The door of administrators to every table: Django's admin, in our clothes."""

"""The doors: one folder per protocol. The only room that sees requests."""

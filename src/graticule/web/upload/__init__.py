"""The door for uploads: tus 1.0, and sets of files that belong together."""

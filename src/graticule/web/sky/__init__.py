"""The door to the sky of an image: what the viewer needs to tell positions."""

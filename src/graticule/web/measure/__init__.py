"""The door to measurements on the image page: raw values along lines."""

"""The door by which one image's settings go to all images beside it, and back."""

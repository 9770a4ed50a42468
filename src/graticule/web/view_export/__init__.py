"""The door to figures: the view of an image as a file for a paper or a talk."""

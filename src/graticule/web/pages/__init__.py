"""The door for people with a browser: pages that list, and the image page."""

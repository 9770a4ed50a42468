"""The door for the pages that list: the tree, and images in any order, as JSON."""

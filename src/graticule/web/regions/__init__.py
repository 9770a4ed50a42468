"""The image page's own door to regions of interest: views, lists, changes, files."""

"""The view of an image as a figure: exact pixels, a scale bar, names, regions."""

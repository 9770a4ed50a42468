"""FITS: images, cubes, compressed tiles, world coordinates."""

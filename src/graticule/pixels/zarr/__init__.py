"""OME-Zarr, read and (for pyramids) written."""

"""TIFF and its family: plain, ImageJ, OME, slides."""

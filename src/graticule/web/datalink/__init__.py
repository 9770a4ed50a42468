"""Links from an image or a plate to all there is of it (IVOA DataLink 1.1)."""

"""OME-XML: what it says, and files that hold their pixels in it."""

"""What OMERO.figure asks of the server, below /figure/."""

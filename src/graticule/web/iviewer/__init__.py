"""What OMERO.iviewer asks of the server, below /iviewer/."""

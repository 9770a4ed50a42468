"""The few views of OMERO.web's own client that other clients ask for."""

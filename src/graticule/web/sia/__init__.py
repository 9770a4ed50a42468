"""Image search by position, time and wavelength (IVOA SIA 2.0)."""

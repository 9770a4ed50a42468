"""Regions of interest for people who look: what is in view, a list, measurements."""

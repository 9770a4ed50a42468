"""The parts of a scan; :mod:`graticule.services.scan` puts them together.

Empty on purpose: the worker processes import modules of this package and must
not load Django on the way.
"""

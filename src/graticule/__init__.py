"""Graticule, a web server for scientific images.

Rooms and the direction of imports between them are told in
``docs/design/house.md`` and held by ``tests/test_arrows.py``.
"""

from importlib.metadata import version

__version__ = version("graticule")

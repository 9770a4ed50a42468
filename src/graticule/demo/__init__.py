"""The demo images: real pictures and lifelike made ones, in one folder.

May use `graticule.errors` and `graticule.pixels`; knows nothing of the
catalogue, the server or the command line.
"""

from graticule.demo.make import make_demo

__all__ = ["make_demo"]

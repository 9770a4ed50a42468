"""The ``webgateway`` door: OMERO.web's rendering interface, word for word.

Contract: webgateway. Its words (``theZ``, 1-based channels, ``c=1|0:255$F00``)
live in ``params`` and ``answers`` only.
"""

"""The catalogue: people and what they may see, images and what is known of them.

Declares tables and the one rule of visibility (``access.py``). Must not open
image files, draw, or know HTTP.
"""

"""One table of settings, Django's settings made from it, start-up checks.

The only room that looks at the environment; every other room is given values.
"""

"""What astronomers ask of images: where on the sky they are, and how they are named.

Knows no HTTP; DataLink, SODA, SIA and TAP are doors and tasks that ask here.
"""

"""Files to arrays.

Knows formats and bytes; must not know Django, people, colour or HTTP. A worker
on another machine loads this room with NumPy and one reader library.
"""

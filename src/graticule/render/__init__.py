"""Arrays and settings to bytes.

Pure functions, exactly those of ``contracts/rendering.md``: the numbers are the
original renderer's. Must not know files, Django, people or HTTP.
"""

"""VOTable 1.4: written row by row, and read from files that people send.

Knows no HTTP, no person and no table of ours.
"""

"""The tables that are published for queries: what is in them, and who sees which rows.

Knows no HTTP and no query language.
"""

"""Attached tables as a page: columns, rows in any order, the way to what they name."""

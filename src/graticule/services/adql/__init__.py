"""The Astronomical Data Query Language, read and made into SQL for DuckDB.

Knows no HTTP, no Django and no person: what may be seen is a matter of the tables
that it is given.
"""

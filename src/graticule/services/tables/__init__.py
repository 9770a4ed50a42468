"""Tables attached to things: kept as Parquet, asked by DuckDB.

Knows no HTTP; the words of protocols for kinds of columns stay at the doors.
"""

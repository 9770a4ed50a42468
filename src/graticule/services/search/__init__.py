"""Search over names, descriptions, annotations and file names.

:mod:`~graticule.services.search.words` reads texts,
:mod:`~graticule.services.search.query` the language,
:mod:`~graticule.services.search.index` keeps the index in step,
:mod:`~graticule.services.search.asking` asks it. The same is found on SQLite
(FTS5) and on PostgreSQL (``tsvector``). Knows no HTTP.
"""

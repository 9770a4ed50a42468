"""The Astronomical Data Query Language, read and made into SQL for DuckDB.

Knows no HTTP, no Django and no person: what may be seen is a matter of the tables
that it is given.
"""

from graticule.services.adql.compiling import (
    LANGUAGES,
    CompiledQuery,
    Limits,
    compile_query,
)
from graticule.services.adql.errors import AdqlError

__all__ = ["LANGUAGES", "AdqlError", "CompiledQuery", "Limits", "compile_query"]

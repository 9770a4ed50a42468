"""What the kinds of columns are called in the Virtual Observatory."""

from __future__ import annotations

from graticule.services.published.model import VoType
from graticule.services.tables.columns import Kind

_TYPES: dict[Kind, tuple[VoType, str]] = {
    Kind.BOOL: ("boolean", ""),
    Kind.DOUBLE: ("double", ""),
    Kind.STRING: ("unicodeChar", "*"),
    Kind.FLOAT_ARRAY: ("float", "*"),
    Kind.DOUBLE_ARRAY: ("double", "*"),
    Kind.LONG_ARRAY: ("long", "*"),
}


def vo_type(kind: Kind) -> tuple[VoType, str]:
    """Give datatype and arraysize of a kind (VOTable 1.4, 2.1)."""
    return _TYPES.get(kind, ("long", ""))

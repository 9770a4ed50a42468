"""One row of the table of settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table.

    ``default`` is written as people would write it, and parsed like theirs.
    """

    name: str
    kind: Callable[[str], Any]
    default: str
    help: str
    group: str
    secret: bool = False

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"GRATICULE_{self.name.upper()}"

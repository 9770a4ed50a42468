"""What is said when a query cannot be answered: where, what, and what to write.

The place is that of the first character of what was not understood, lines and
columns counted from 1 as editors do.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from sqlglot import exp

from graticule.errors import RequestError


class AdqlError(RequestError):
    """A query that is no ADQL, or asks for what is not there.

    Parameters
    ----------
    line, column
        Where in the query, both from 1.
    cause
        What is wrong and what to do about it, without the place.
    """

    def __init__(self, line: int, column: int, cause: str) -> None:
        super().__init__(f"line {line}, column {column}: {cause}")
        self.line = line
        self.column = column
        self.cause = cause

    def __reduce__(self) -> tuple[type[AdqlError], tuple[int, int, str]]:
        """Survive the way between processes."""
        return type(self), (self.line, self.column, self.cause)


def error_at(node: exp.Expr, cause: str) -> AdqlError:
    """Make the error for a part of the tree."""
    return AdqlError(node.meta.get("line", 1), node.meta.get("col", 1), cause)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give ``; did you mean …?`` for a name that is nearly one of those known."""
    lower = {one.lower(): one for one in known}
    near = get_close_matches(name.lower()[:100], list(lower), n=1, cutoff=0.6)
    return f"; did you mean {lower[near[0]]}?" if near else ""


def shortened(text: str) -> str:
    """Quote a piece of a query in a message, not all of it if it is long."""
    return text if len(text) <= 60 else f"{text[:57]}..."

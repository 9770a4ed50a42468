"""A call of a function with its arguments, and how a function is told of.

Knows no function in particular.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from sqlglot import exp

from graticule.services.adql.errors import error_at
from graticule.services.adql.types import (
    NUMBERS,
    TEXTS,
    Kind,
    Value,
    as_number,
    as_real,
)


@dataclass(frozen=True, slots=True)
class Call:
    """A function as it stands in a query: the node, and its arguments translated."""

    node: exp.Expr
    name: str
    arguments: tuple[Value, ...]
    nodes: tuple[exp.Expr, ...]

    def refuse(self, cause: str, index: int | None = None) -> NoReturn:
        """Raise the error for the call or one of its arguments."""
        raise error_at(self.node if index is None else self.nodes[index], cause)

    def number(self, index: int) -> Value:
        """Give an argument that must be a number."""
        value = as_number(self.arguments[index])
        if value.kind not in NUMBERS:
            cause = f"{self.name} takes a number here, not {value.kind.value}."
            self.refuse(cause, index)
        return value

    def real(self, index: int) -> str:
        """Give the SQL of an argument as a double."""
        return as_real(self.number(index))

    def text(self, index: int) -> str:
        """Give the SQL of an argument that must be a text."""
        value = self.arguments[index]
        if value.kind not in TEXTS:
            cause = f"{self.name} takes a text here, not {value.kind.value}."
            self.refuse(cause, index)
        return value.sql

    @property
    def is_whole(self) -> bool:
        """Tell whether all arguments are whole numbers."""
        return all(as_number(one).kind is Kind.WHOLE for one in self.arguments)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language.

    Attributes
    ----------
    signature
        What it is written like, for people.
    least, most
        How many arguments it takes; ``None`` for any number.
    """

    signature: str
    description: str
    least: int
    most: int | None
    translate: Callable[[Call], Value]
    group: str

    @property
    def name(self) -> str:
        """Its name in capitals."""
        return self.signature.split("(", maxsplit=1)[0]

    def check(self, call: Call) -> None:
        """Refuse a wrong number of arguments."""
        count = len(call.arguments)
        if count < self.least or (self.most is not None and count > self.most):
            noun = "argument" if count == 1 else "arguments"
            call.refuse(f"{self.signature} cannot be called with {count} {noun}.")

"""The rule of GROUP BY: what is selected is grouped by, or counted over the group."""

from __future__ import annotations

from sqlglot import exp

from graticule.services.adql.aggregates import AGGREGATES
from graticule.services.adql.errors import error_at
from graticule.services.adql.expressions import Expressions


def check_grouped(
    nodes: list[exp.Expr], grouped: list[str], expressions: Expressions
) -> None:
    """Refuse columns that have many values in a group.

    Parameters
    ----------
    nodes
        What is selected, ordered by, and the condition of HAVING.
    grouped
        The SQL of what GROUP BY names.
    """
    allowed = set(grouped)
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.Star) or isinstance(node.this, exp.Star):
            raise error_at(
                node, "* cannot stand with GROUP BY or aggregates: name them."
            )
        if expressions.written.get(id(node)) in allowed:
            continue
        if isinstance(node, exp.Anonymous) and node.this.upper() in AGGREGATES:
            continue
        if id(node) in expressions.own_columns:
            cause = "has several values: name it in GROUP BY, or take MIN or MAX of it."
            raise error_at(node, f"column {node.this.name} {cause}")
        if isinstance(node, exp.Query):
            continue
        waiting.extend(node.iter_expressions())

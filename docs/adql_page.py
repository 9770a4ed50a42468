"""The reference of the query language, from the tables that translate it."""

from graticule.services.adql.aggregates import AGGREGATES
from graticule.services.adql.calls import Function
from graticule.services.adql.casting import TARGETS
from graticule.services.adql.compiling import DEFAULT_LIMITS, LANGUAGES
from graticule.services.adql.functions import FUNCTIONS
from graticule.services.adql.geometry import GEOMETRY
from graticule.services.adql.stcs import FRAMES
from graticule.services.adql.words import RESERVED

INTRODUCTION = """
Queries of the TAP service are written in ADQL: a part of SQL, with geometry on the
sky. All of ADQL 2.0 is understood, and of 2.1 `WITH`, `OFFSET`, `UNION`, `EXCEPT`,
`INTERSECT`, `CASE`, `CAST`, `COALESCE`, `LOWER`, `UPPER`, `ILIKE`, `IN_UNIT` and
conditions as columns. `LANG` may be {languages}.

```sql
SELECT TOP 10 obs_id, access_url, s_ra, s_dec
FROM ivoa.obscore
WHERE 1 = CONTAINS(POINT(s_ra, s_dec), CIRCLE(83.82, -5.39, 0.5))
ORDER BY t_min DESC
```

- A name is `schema.table`, or the table alone if no other schema has one of the name.
  Names are compared without regard to case; between double quotes, exactly.
- Reserved words (below) are names only between double quotes: `"size"`.
- Numbers are divided as SQL does: `5 / 2` is 2, `5 / 2.0` is 2.5. What is not defined,
  as a division by zero or the root of a negative number, is NULL: it meets no
  condition.
- NULL stands last in every order.
- Angles of geometry are degrees. What lies on an edge lies within. A polygon encloses
  the smaller part of the sky, whichever way it is wound.
- A cone search by `CONTAINS` or by `DISTANCE(...) < r` looks at latitudes first and is
  quick on millions of rows.
- Errors name line and column, and what might have been meant.

A query has at most {length:,} characters, {tokens:,} words and signs, and parentheses,
functions and subqueries {nesting} deep in one another.
"""


def page() -> str:
    """Write the page."""
    introduction = INTRODUCTION.format(
        languages=", ".join(f"`{name}`" for name in LANGUAGES),
        length=DEFAULT_LIMITS.length,
        tokens=DEFAULT_LIMITS.tokens,
        nesting=DEFAULT_LIMITS.nesting,
    )
    parts = ["# ADQL\n", "This page is made from the program itself.", introduction]
    parts.append("## Aggregates\n\n| Function | Value |\n|---|---|")
    parts += [_row(*one) for one in AGGREGATES.values()]
    functions: list[Function] = [*GEOMETRY.values(), *FUNCTIONS.values()]
    for group in dict.fromkeys(one.group for one in functions):
        parts.append(f"\n## {group}\n\n| Function | Value |\n|---|---|")
        parts += [
            _row(one.signature, one.description)
            for one in functions
            if one.group == group
        ]
    systems = ", ".join(f"`{name}`" for name in FRAMES if name)
    parts.append(
        "\nThe coordinate system before the numbers of a geometry may be left out: it "
        f"is ICRS. {systems} are understood; what is not in ICRS is turned into it.\n"
    )
    types = ", ".join(f"`{name}`" for name in TARGETS)
    parts.append(
        f"## Types\n\n`CAST(x AS type)` takes {types}; `CHAR(n)` and `VARCHAR(n)` cut "
        "after n characters. What cannot be converted is NULL.\n"
    )
    parts.append(f"## Reserved words\n\n{', '.join(sorted(RESERVED))}.\n")
    return "\n".join(parts)


def _row(signature: str, description: str) -> str:
    return f"| `{signature}` | {description} |"

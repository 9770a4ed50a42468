"""The reference of published tables, from what the server itself publishes."""

import os

INTRODUCTION = """
What can be asked for in [ADQL](adql.md) through [TAP](../guides/tap.md), whoever sees
which rows. Attached tables come to these as `tables.t_<number of the file>`. Types are
those of VOTable, times texts in UTC such as `2026-03-01T20:15:07.000`.
"""


def published_page() -> str:
    """Write the reference of published tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "graticule.config.django")
    import django  # noqa: PLC0415

    django.setup()
    from graticule.services.published.publication import (  # noqa: PLC0415
        own_publication,
    )

    parts = ["# Published tables\n", "This page is made from the program itself.\n"]
    parts.append(INTRODUCTION.strip() + "\n")
    for schema in own_publication().schemas:
        for table in schema.tables:
            parts += [f"## {table.qualified_name}\n", f"{table.description}\n"]
            rows = ["| Column | Type | Unit | UCD | Meaning |", "|---|---|---|---|---|"]
            rows += [
                f"| `{each.name}` | {each.datatype} | {each.unit} | {each.ucd} | "
                f"{each.description} |"
                for each in table.columns
            ]
            parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)

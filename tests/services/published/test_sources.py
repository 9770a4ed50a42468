"""Every column that is copied is watched, and every table can be asked for."""

import pytest


def sources():
    from graticule.services.published.publication import own_sources

    return list(own_sources().values())


def steps(model, path):
    """The columns of the database that a way from a row goes along."""
    for step in path.split("__"):
        name = model._meta.pk.name if step == "pk" else step
        field = model._meta.get_field(name)
        yield model._meta.db_table, field.column
        if field.is_relation:
            model = field.related_model


def test_a_change_of_any_copied_column_is_counted(catalog):
    from graticule.catalog.published_triggers import WATCHED

    for source in sources():
        if source.rows is not None:
            continue  # looked at one by one below
        watched = [WATCHED[name] for name in source.watches]
        paths = [*source.fields.values()]
        paths += [
            f"{thing.prefix}{name}"
            for thing in source.seen
            for name in ("owner_id", "group_id")
        ]
        for path in paths:
            for table, column in steps(source.model, path):
                assert column == "id" or any(
                    each.table == table and (not each.columns or column in each.columns)
                    for each in watched
                ), (source.table.qualified_name, path, column)


def test_names_of_columns_need_no_quotes():
    from graticule.services.adql.words import RESERVED

    for source in sources():
        for column in source.table.columns:
            assert column.name.upper() not in RESERVED, column
            assert column.description, column


def test_foreign_keys_lead_to_columns_that_are_there():
    tables = {source.table.qualified_name: source.table for source in sources()}
    for table in tables.values():
        for key in table.keys:
            for here, there in key.columns:
                assert here in table.by_name, (table.name, here)
                assert there in tables[key.target].by_name, (key.target, there)


def test_every_table_can_be_copied_and_read(catalog):
    from graticule.services.published.answering import Question, answered

    for source in sources():
        text = f"SELECT * FROM {source.table.qualified_name}"
        with answered(
            catalog.administrator, Question(text, "ADQL", 5, "", 60)
        ) as found:
            assert list(found) == []
            assert [each.name for each in found.columns] == [
                column.name for column in source.table.columns
            ]


@pytest.mark.parametrize("change", ["insert", "update", "delete"])
def test_counts_differ_after_every_change(catalog, cast, change):
    from graticule.catalog.models import Dataset
    from graticule.catalog.published_triggers import counts, slot_of

    row = Dataset.objects.create(name="a", owner=cast.alice, group=cast.group)
    slot, names = slot_of(row.pk), ("dataset", "project")
    before = counts(names)
    if change == "insert":
        Dataset.objects.bulk_create(
            [Dataset(name="b", owner=cast.alice, group=cast.group)]
        )
    elif change == "update":
        Dataset.objects.filter(pk=row.pk).update(name="c")
    else:
        row.delete()
    after = counts(names)
    assert after["dataset", slot] > before["dataset", slot]
    assert after.get(("project", slot)) == before.get(("project", slot))

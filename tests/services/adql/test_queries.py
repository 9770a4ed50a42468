"""Queries that work, beside the same in plain Python."""

import math

import pytest
from tests.services.adql.conftest import BANDS, PUBLICATION, STARS, STARS_TABLE

from graticule.services.adql import compile_query


def pick(*names, of=STARS, where=lambda _: True):
    return [tuple(getattr(s, n) for n in names) for s in of if where(s)]


def below(a, b):
    return a is not None and a < b


JOINED = [(s, b) for s in STARS for b in BANDS if s.tier == b.tier]
QUERIES = [
    ("SELECT id FROM sky.Stars", pick("id")),
    ("select ID from SKY.STARS", pick("id")),
    ("SELECT * FROM sky.bands", [tuple(b) for b in BANDS]),
    ("SELECT ALL id FROM Stars", pick("id")),
    ('SELECT "id" FROM "sky"."Stars"', pick("id")),
    ('SELECT "Mixed", MIXED FROM Stars', pick("Mixed", "Mixed")),
    ('SELECT "size" FROM Stars', pick("size")),
    ("SELECT Stars.id FROM Stars", pick("id")),
    ("SELECT sky.Stars.id FROM Stars", pick("id")),
    ("SELECT s.id, sky.stars.ra FROM sky.Stars AS s", pick("id", "ra")),
    ("SELECT s.* FROM Stars s WHERE s.id = 3", [tuple(STARS[2])]),
    ("SELECT id AS one, ra AS taplint_c_2 FROM Stars", pick("id", "ra")),
    ('SELECT id AS "Oh ""x""" FROM Stars', pick("id")),
    ("SELECT id -- what is it\nFROM Stars -- where", pick("id")),
    ("SELECT id FROM Stars;", pick("id")),
    ("SELECT id FROM Stars WHERE mag < 3", pick("id", where=lambda s: below(s.mag, 3))),
    (
        "SELECT id FROM Stars WHERE NOT mag < 3",
        pick("id", where=lambda s: s.mag is not None and s.mag >= 3),
    ),
    (
        "SELECT id FROM Stars WHERE mag IS NULL",
        pick("id", where=lambda s: s.mag is None),
    ),
    (
        "SELECT id FROM Stars WHERE name IS NOT NULL AND mag IS NOT NULL",
        pick("id", where=lambda s: None not in (s.name, s.mag)),
    ),
    (
        "SELECT id FROM Stars WHERE mag BETWEEN 2 AND 5.5",
        pick("id", where=lambda s: s.mag is not None and 2 <= s.mag <= 5.5),
    ),
    (
        "SELECT id FROM Stars WHERE mag NOT BETWEEN 2 AND 5.5",
        pick("id", where=lambda s: s.mag is not None and not 2 <= s.mag <= 5.5),
    ),
    (
        "SELECT id FROM Stars WHERE tier IN (1, 3)",
        pick("id", where=lambda s: s.tier in {1, 3}),
    ),
    (
        "SELECT id FROM Stars WHERE tier NOT IN (1, 3)",
        pick("id", where=lambda s: s.tier == 2),
    ),
    ("SELECT id FROM Stars WHERE name = 'O''Brien'", [(3,)]),
    ("SELECT id FROM Stars WHERE name LIKE 'V%'", [(1,)]),
    ("SELECT id FROM Stars WHERE name LIKE '_ega'", [(1,)]),
    ("SELECT id FROM Stars WHERE name NOT LIKE '%a%'", [(3,), (6,)]),
    ("SELECT id FROM Stars WHERE name ILIKE 'A%'", [(2,)]),
    ("SELECT id FROM Stars WHERE flag", pick("id", where=lambda s: s.flag)),
    ("SELECT id FROM Stars WHERE flag = FALSE", [(2,), (5,)]),
    (
        "SELECT id FROM Stars WHERE id = 1 OR id = 2 AND mag > 100",
        [(1,)],
    ),
    ("SELECT id FROM Stars WHERE (id = 1 OR id = 2) AND mag > 6", [(2,)]),
    ("SELECT id FROM Stars WHERE 3 < id AND id <> 5", [(4,), (6,)]),
    ("SELECT id FROM Stars WHERE id != 5 AND id >= 5", [(6,)]),
    ("SELECT TOP 2 id FROM Stars ORDER BY id", [(1,), (2,)]),
    ("SELECT TOP 0 id FROM Stars", []),
    ("SELECT id FROM Stars ORDER BY id DESC", pick("id", of=STARS[::-1])),
    ("SELECT id AS i FROM Stars ORDER BY i DESC", pick("id", of=STARS[::-1])),
    (
        "SELECT id, mag FROM Stars ORDER BY 2, 1 DESC",
        [(4, -1.0), (6, 2.0), (5, 2.0), (1, 5.5), (2, 7.25), (3, None)],
    ),
    ("SELECT id FROM Stars ORDER BY ra", [(4,), (1,), (2,), (5,), (6,), (3,)]),
    ("SELECT id FROM Stars ORDER BY -id", pick("id", of=STARS[::-1])),
    ("SELECT id FROM Stars ORDER BY id OFFSET 4", [(5,), (6,)]),
    ("SELECT TOP 1 id FROM Stars ORDER BY id OFFSET 4", [(5,)]),
    ("SELECT DISTINCT mag FROM Stars WHERE mag = 2", [(2.0,)]),
    (
        "SELECT DISTINCT Mixed FROM Stars ORDER BY Mixed",
        [("a",), ("b",), ("c",), (None,)],
    ),
    ("SELECT COUNT(*) FROM Stars", [(6,)]),
    ("SELECT COUNT(mag), COUNT(DISTINCT mag), COUNT(ALL mag) FROM Stars", [(5, 4, 5)]),
    (
        "SELECT SUM(id), AVG(id), MIN(name), MAX(mag) FROM Stars",
        [(21, 3.5, "O'Brien", 7.25)],
    ),
    ("SELECT MIN(id) + MAX(id) * 2 FROM Stars", [(13,)]),
    (
        "SELECT tier, COUNT(*) AS n FROM Stars GROUP BY tier ORDER BY tier",
        [(1, 2), (2, 2), (3, 1), (None, 1)],
    ),
    (
        "SELECT Mixed FROM Stars GROUP BY Mixed HAVING COUNT(*) > 1",
        [("a",)],
    ),
    (
        "SELECT id / 2 AS h, COUNT(*) FROM Stars GROUP BY id / 2 ORDER BY 1",
        [(0, 1), (1, 2), (2, 2), (3, 1)],
    ),
    (
        (
            "SELECT s.id, b.band FROM Stars s JOIN sky.bands b ON s.tier = b.tier "
            "ORDER BY s.id"
        ),
        [(s.id, b.band) for s, b in JOINED],
    ),
    (
        "SELECT id, band FROM Stars INNER JOIN sky.bands USING (tier) ORDER BY id",
        [(s.id, b.band) for s, b in JOINED],
    ),
    (
        "SELECT id, band FROM Stars NATURAL JOIN sky.bands ORDER BY id",
        [(s.id, b.band) for s, b in JOINED],
    ),
    (
        (
            "SELECT id, band FROM Stars, sky.bands AS b WHERE Stars.tier = b.tier "
            "ORDER BY id"
        ),
        [(s.id, b.band) for s, b in JOINED],
    ),
    (
        (
            "SELECT id, band FROM Stars LEFT OUTER JOIN sky.bands USING (tier) "
            "WHERE band IS NULL ORDER BY id"
        ),
        [(4, None), (5, None)],
    ),
    (
        (
            "SELECT tier, id FROM Stars RIGHT JOIN sky.bands USING (tier) "
            "WHERE id IS NULL"
        ),
        [(4, None)],
    ),
    (
        (
            "SELECT tier, COUNT(*) FROM Stars FULL OUTER JOIN sky.bands USING (tier) "
            "GROUP BY tier ORDER BY 1"
        ),
        [(1, 2), (2, 2), (3, 1), (4, 1), (None, 1)],
    ),
    (
        (
            "SELECT s.id FROM sky.bands b RIGHT JOIN (Stars s JOIN sky.bands c "
            "ON s.tier = c.tier) ON b.tier = s.id ORDER BY 1"
        ),
        [(1,), (2,), (3,), (6,)],
    ),
    (
        "SELECT a.id, b.id FROM Stars a, Stars b WHERE a.id < b.id AND a.mag = b.mag",
        [(5, 6)],
    ),
    (
        "SELECT id FROM Stars WHERE tier IN (SELECT tier FROM sky.bands)",
        [(1,), (2,), (3,), (6,)],
    ),
    (
        (
            "SELECT id FROM Stars s WHERE NOT EXISTS "
            "(SELECT * FROM sky.bands AS b WHERE b.tier = s.tier)"
        ),
        [(4,), (5,)],
    ),
    (
        (
            "SELECT id FROM Stars s WHERE mag = (SELECT MAX(mag) FROM Stars t "
            "WHERE t.Mixed = s.Mixed)"
        ),
        [(1,), (2,), (5,)],
    ),
    (
        (
            "SELECT t.n FROM (SELECT tier, COUNT(*) AS n FROM Stars GROUP BY tier) "
            "AS t WHERE t.tier = 1"
        ),
        [(2,)],
    ),
    (
        (
            "SELECT id FROM Stars WHERE id < 3 UNION "
            "SELECT tier FROM sky.bands ORDER BY 1"
        ),
        [(1,), (2,), (4,)],
    ),
    (
        (
            "SELECT tier FROM Stars WHERE id < 3 UNION ALL SELECT tier FROM sky.bands "
            "ORDER BY tier"
        ),
        [(1,), (1,), (2,), (2,), (4,)],
    ),
    ("SELECT id FROM Stars EXCEPT SELECT tier FROM sky.bands", [(3,), (5,), (6,)]),
    (
        (
            "(SELECT id FROM Stars) INTERSECT (SELECT tier FROM sky.bands) "
            "ORDER BY id DESC"
        ),
        [(4,), (2,), (1,)],
    ),
    (
        "SELECT 1 AS a UNION SELECT 2 INTERSECT SELECT 3",
        [(1,)],
    ),
    (
        (
            "WITH bright AS (SELECT * FROM Stars WHERE mag < 3), "
            "two AS (SELECT TOP 2 id FROM bright ORDER BY id) "
            "SELECT two.id FROM two ORDER BY 1"
        ),
        [(4,), (5,)],
    ),
    (
        (
            "SELECT CASE WHEN id < 3 THEN 'a' ELSE 'b' END AS k FROM Stars "
            "WHERE id IN (2, 3)"
        ),
        [("a",), ("b",)],
    ),
    (
        (
            "SELECT CASE id WHEN 1 THEN 10 WHEN 2 THEN 0.5 END AS k FROM Stars "
            "WHERE id < 4"
        ),
        [(10.0,), (0.5,), (None,)],
    ),
    (
        "SELECT COALESCE(name, '?') FROM Stars WHERE id > 3",
        [("?",), ("Polaris",), ("_x%",)],
    ),
    (
        "SELECT LOWER(name) || '/' || UPPER(Mixed) FROM Stars WHERE id = 1",
        [("vega/A",)],
    ),
    ("SELECT id FROM TAP_UPLOAD.mine", [(1,), (2,)]),
    ("SELECT e FROM tap_upload.MINE WHERE e IS NOT NULL", [([1.0, 2.0, 3.0, 4.0],)]),
    (
        ("SELECT CAST(mag AS INTEGER), CAST(id AS CHAR(1)) FROM Stars WHERE id = 2"),
        [(7, "2")],
    ),
    ("SELECT CAST(name AS DOUBLE PRECISION) FROM Stars WHERE id = 1", [(None,)]),
    ("SELECT CAST('2024-02-03' AS TIMESTAMP) AS t", [("2024-02-03T00:00:00.000",)]),
    ("SELECT IN_UNIT(ra, 'arcsec') FROM Stars WHERE id = 1", [(36000.0,)]),
]


@pytest.mark.parametrize(("text", "expected"), QUERIES)
def test_rows_are_those_of_python(ask, text, expected):
    rows = ask(text)
    if "ORDER BY" in text:
        assert rows == expected
    else:
        assert sorted(rows, key=repr) == sorted(expected, key=repr)


def test_columns_keep_what_is_published_of_them():
    query = compile_query("SELECT ra, id AS n FROM Stars", PUBLICATION)
    assert query.columns[0] == STARS_TABLE.columns[1]
    assert query.columns[1].name == "n"
    assert query.columns[1].ucd == "meta.id;meta.main"
    assert query.tables == (STARS_TABLE,)
    assert query.top is None
    assert query.parameters == ()


@pytest.mark.parametrize(
    ("expression", "datatype", "size", "unit"),
    [
        ("COUNT(*)", "long", "", ""),
        ("SUM(tier)", "long", "", ""),
        ("SUM(mag)", "double", "", "mag"),
        ("AVG(tier)", "double", "", ""),
        ("MIN(ra)", "double", "", "deg"),
        ("MAX(mag)", "float", "", "mag"),
        ("MIN(name)", "unicodeChar", "*", ""),
    ],
)
def test_types_of_aggregates(expression, datatype, size, unit):
    query = compile_query(f"SELECT {expression} FROM Stars", PUBLICATION)
    (column,) = query.columns
    found = column.datatype, column.arraysize, column.unit
    assert found == (datatype, size, unit)


@pytest.mark.parametrize(
    ("expression", "datatype", "size", "xtype"),
    [
        ("tier + 1", "long", "", ""),
        ("tier / 2.0", "double", "", ""),
        ("1", "int", "", ""),
        ("5000000000", "long", "", ""),
        ("mag", "float", "", ""),
        ("name || 'x'", "unicodeChar", "*", ""),
        ("'x'", "char", "*", ""),
        ("flag", "boolean", "", ""),
        ("ROUND(ra, 1)", "double", "", ""),
        ("POINT(ra, dec)", "double", "2", "point"),
        ("CIRCLE(ra, dec, 1)", "double", "3", "circle"),
        ("POLYGON(1, 1, 2, 2, 3, 1)", "double", "*", "polygon"),
        ("CONTAINS(POINT(ra, dec), CIRCLE(1, 2, 3))", "int", "", ""),
        ("CAST(ra AS REAL)", "float", "", ""),
        ("CAST(ra AS SMALLINT)", "short", "", ""),
    ],
)
def test_types_of_expressions(expression, datatype, size, xtype):
    query = compile_query(f"SELECT {expression} FROM Stars", PUBLICATION)
    (column,) = query.columns
    found = column.datatype, column.arraysize, column.xtype
    assert found == (datatype, size, xtype)


def test_names_of_a_result_are_unique(ask):
    text = "SELECT id, ID, ra + 1, COUNT(*), COUNT(id) FROM Stars GROUP BY id, ra"
    names = [one.name for one in compile_query(text, PUBLICATION).columns]
    assert names == ["id", "id_2", "column_3", "count", "count_2"]
    assert len(ask(text)) == len(STARS)


def test_order_and_limits_around(database):
    text = "SELECT TOP 4 id FROM Stars ORDER BY id DESC"
    query = compile_query(text, PUBLICATION)
    assert query.top == 4
    assert database.execute(query.limited(2)).fetchall() == [(6,), (5,)]
    assert len(database.execute(query.limited(100)).fetchall()) == 4
    around = f"SELECT * FROM ({query.sql}) LIMIT 3"
    assert database.execute(around).fetchall() == [(6,), (5,), (4,)]


def test_only_tables_that_are_used_are_told():
    text = "SELECT id FROM Stars WHERE tier IN (SELECT tier FROM sky.bands)"
    used = compile_query(text, PUBLICATION).tables
    assert [one.qualified_name for one in used] == ["sky.Stars", "sky.bands"]


@pytest.mark.parametrize("language", ["ADQL", "adql-2.0", "ADQL-2.1"])
def test_languages(ask, language):
    assert ask("SELECT TOP 1 id FROM Stars ORDER BY id", language=language) == [(1,)]


def test_long_lists_are_no_depth(ask):
    either = " OR ".join(f"id = {n}" for n in range(3000))
    assert len(ask(f"SELECT id FROM Stars WHERE {either}")) == 6
    among = ", ".join(map(str, range(8000)))
    assert len(ask(f"SELECT id FROM Stars WHERE id IN ({among})")) == 6
    total = " + ".join(["id"] * 150)
    assert ask(f"SELECT {total} FROM Stars WHERE id = 2") == [(300,)]


def test_aggregates_of_nothing(ask):
    found = ask("SELECT COUNT(*), SUM(mag), AVG(ra), MIN(id) FROM Stars WHERE id > 99")
    assert found == [(0, None, None, None)]
    assert math.isclose(ask("SELECT AVG(mag) FROM Stars")[0][0], 3.15)

"""Queries that are refused: where, and with what hint."""

import pickle

import pytest
from tests.services.adql.conftest import PUBLICATION

from graticule.errors import RequestError
from graticule.services.adql import AdqlError, Limits, compile_query

REFUSED = [
    ("", 1, 1, "empty"),
    ("   \n ;", 1, 1, "empty"),
    ("nonsense", 1, 1, "begins with SELECT"),
    ("DROP TABLE sky.Stars", 1, 1, "begins with SELECT"),
    ("INSERT INTO sky.Stars VALUES (1)", 1, 1, "begins with SELECT"),
    ("SELECT", 1, 7, "a value is missing"),
    ("SELECT FROM sky.Stars", 1, 8, "FROM is a reserved word"),
    ("SELECT id FROM", 1, 15, "name of a table"),
    ("SELECT id,\n  FROM sky.Stars", 2, 3, "FROM is a reserved word"),
    ("SELECT id FROM sky.Stars; SELECT 1", 1, 25, "only one query"),
    ("SELECT id FROM sky.Stars WHERE", 1, 31, "a value is missing"),
    ("SELECT id FROM sky.Stars WHERE id =", 1, 36, "a value is missing"),
    ("SELECT id FROM sky.Stars WHERE (id = 1", 1, 39, ") is missing"),
    ("SELECT id FROM sky.Stars x y", 1, 28, "does not belong"),
    ("SELECT id FROM sky.Stars LIMIT 5", 1, 32, "does not belong"),
    ("SELECT TOP ten id FROM sky.Stars", 1, 12, "whole number"),
    ("SELECT TOP 1.5 id FROM sky.Stars", 1, 12, "whole number"),
    ("SELECT 'abc FROM sky.Stars", 1, 8, "closing quote"),
    ('SELECT "abc FROM sky.Stars', 1, 8, "closing quote"),
    ("SELECT id FROM sky.Stars WHERE id @ 1", 1, 35, "'@' has no meaning"),
    ("SELECT id::INT FROM sky.Stars", 1, 10, "':' has no meaning"),
    ("SELECT [1, 2] FROM sky.Stars", 1, 8, "'[' has no meaning"),
    ("SELECT id % 2 FROM sky.Stars", 1, 11, "'%' has no meaning"),
    ("SELECT id /* c */ FROM sky.Stars", 1, 12, "a value is missing"),
    ("SELECT 12abc FROM sky.Stars", 1, 10, "a number ends"),
    ("SELECT ra AS date FROM sky.Stars", 1, 14, 'write "date"'),
    ("SELECT size FROM sky.Stars", 1, 8, 'write "size"'),
    ("SELECT top FROM sky.Stars", 1, 12, "whole number"),
    ("SELECT rah FROM sky.Stars", 1, 8, "did you mean ra?"),
    ("SELECT s_for FROM ivoa.obscore", 1, 8, "in ivoa.ObsCore; did you mean s_fov?"),
    ('SELECT "ID" FROM sky.Stars', 1, 8, 'write "id"'),
    ("SELECT x.id FROM sky.Stars", 1, 8, "no table x in FROM"),
    ("SELECT starz.id FROM Stars", 1, 8, "did you mean Stars?"),
    ("SELECT x.* FROM sky.Stars", 1, 8, "no table x in FROM"),
    ("SELECT *", 1, 8, "there is no FROM"),
    ("SELECT id", 1, 8, "the query has no FROM"),
    ("SELECT a.b.c.d.e FROM sky.Stars", 1, 16, "schema.table.column"),
    ("SELECT 1 FROM sky.Starz", 1, 15, "did you mean sky.Stars?"),
    ("SELECT 1 FROM Starz", 1, 15, "did you mean sky.Stars?"),
    ("SELECT 1 FROM nope.Stars", 1, 15, "no table nope.Stars"),
    ('SELECT 1 FROM "SKY".Stars', 1, 15, "no table SKY.Stars"),
    ("SELECT 1 FROM x.sky.Stars", 1, 15, "no catalogs"),
    ("SELECT 1 FROM bands", 1, 15, "sky.bands or ivoa.bands"),
    ("SELECT 1 FROM sky.Stars a, sky.bands a", 1, 28, "two tables are called a"),
    ("SELECT tier FROM sky.Stars, sky.bands", 1, 8, "tier is ambiguous"),
    ("SELECT Stars.id FROM sky.Stars, sky.Stars", 1, 8, "ambiguous"),
    ("SELECT 1 FROM read_parquet('x')", 1, 15, "cannot stand in FROM"),
    ("SELECT 1 FROM 'file.csv'", 1, 15, "name of a table"),
    ("SELECT 1 FROM information_schema.tables", 1, 15, "no table"),
    ("SELECT 1 FROM duckdb_tables", 1, 15, "no table duckdb_tables"),
    ("SELECT read_text('/etc/passwd') FROM sky.Stars", 1, 8, "no function"),
    ("SELECT getenv('HOME')", 1, 8, "no function getenv"),
    ("SELECT list_transform(ra) FROM sky.Stars", 1, 8, "no function"),
    ("SELECT SQTR(ra) FROM sky.Stars", 1, 8, "did you mean SQRT?"),
    ("SELECT SQRT(ra, dec) FROM sky.Stars", 1, 8, "2 arguments"),
    ("SELECT PI(1) FROM sky.Stars", 1, 8, "1 argument."),
    ("SELECT SQRT(name) FROM sky.Stars", 1, 13, "not a text"),
    ("SELECT LOWER(ra) FROM sky.Stars", 1, 14, "not a number"),
    ("SELECT SQRT(*) FROM sky.Stars", 1, 13, "SQRT takes values"),
    ("SELECT SUM(*) FROM sky.Stars", 1, 8, "only COUNT takes *"),
    ("SELECT SUM(name) FROM sky.Stars", 1, 12, "not a text"),
    ("SELECT name + 1 FROM sky.Stars", 1, 8, "a number is wanted"),
    ("SELECT ra || 'x' FROM sky.Stars", 1, 8, "use CAST"),
    ("SELECT 1 FROM sky.Stars WHERE name = 1", 1, 36, "cannot be compared"),
    ("SELECT 1 FROM sky.Stars WHERE ra", 1, 31, "a condition is wanted"),
    ("SELECT 1 FROM sky.Stars WHERE NOT ra + 1", 1, 35, "a condition is wanted"),
    ("SELECT 1 FROM sky.Stars WHERE ra LIKE 'a'", 1, 31, "LIKE compares texts"),
    ("SELECT 1 FROM sky.Stars WHERE COUNT(*) > 1", 1, 31, "use HAVING"),
    ("SELECT SUM(COUNT(*)) FROM sky.Stars", 1, 12, "another aggregate"),
    ("SELECT ra, COUNT(*) FROM sky.Stars", 1, 8, "GROUP BY"),
    ("SELECT ra + 1 FROM sky.Stars GROUP BY dec", 1, 8, "column ra"),
    ("SELECT * FROM sky.Stars GROUP BY ra", 1, 8, "name them"),
    ("SELECT ra FROM sky.Stars GROUP BY ra HAVING dec > 1", 1, 45, "column dec"),
    ("SELECT ra FROM sky.Stars ORDER BY 2", 1, 35, "no column 2"),
    ("SELECT ra FROM sky.Stars ORDER BY -2", 1, 35, "their positions, from 1"),
    ("SELECT ra FROM sky.Stars ORDER BY NULL", 1, 35, "their positions, from 1"),
    ("SELECT COUNT(*) FROM sky.Stars GROUP BY -1", 1, 41, "not their positions"),
    ("SELECT ra FROM sky.Stars GROUP BY 1", 1, 35, "not their positions"),
    ("SELECT DISTINCT ra FROM sky.Stars ORDER BY dec", 1, 44, "DISTINCT"),
    ("SELECT 1 FROM sky.Stars JOIN sky.bands", 1, 39, "ON or USING"),
    ("SELECT 1 FROM sky.Stars JOIN sky.bands USING (ra)", 1, 47, "both sides"),
    ("SELECT 1 FROM (SELECT ra FROM sky.Stars)", 1, 41, "needs a name"),
    ("SELECT ra FROM sky.Stars UNION SELECT ra, dec FROM sky.Stars", 1, 26, "as many"),
    ("SELECT ra FROM sky.Stars UNION SELECT name FROM sky.Stars", 1, 26, "column ra"),
    ("SELECT (SELECT ra, dec FROM sky.Stars) FROM sky.Stars", 1, 8, "one column"),
    ("SELECT 99999999999999999999", 1, 8, "more than"),
    ("SELECT 1e999", 1, 8, "too large"),
    ("SELECT CAST(1 AS BLOB)", 1, 18, "no type BLOB"),
    ("SELECT CAST(1 AS INTEGER(3))", 1, 18, "no length"),
    ("SELECT IN_UNIT(ra, 'parsnip') FROM sky.Stars", 1, 20, "no unit"),
    ("SELECT IN_UNIT(ra, 'kg') FROM sky.Stars", 1, 20, "cannot be converted"),
    ("SELECT CONTAINS(ra, CIRCLE(1, 2, 3)) FROM sky.Stars", 1, 17, "a geometry"),
    ("SELECT POINT('FK4', 1, 2)", 1, 14, "FK5"),
    ("SELECT POINT(1)", 1, 8, "1 argument"),
    ("SELECT POINT(1, 95)", 1, 8, "latitude 95"),
    ("SELECT CIRCLE(1, 2, -3)", 1, 8, "radius -3"),
    ("SELECT POLYGON(1, 2, 3, 4, 5)", 1, 8, "pairs"),
    ("SELECT REGION('SQUARE 1 2 3')", 1, 15, "begins with"),
    ("SELECT REGION('CIRCLE ICRS 1 2')", 1, 15, "takes 3 numbers"),
    ("SELECT COORD1(CIRCLE(1, 2, 3))", 1, 15, "a POINT"),
    ("SELECT 1 FROM sky.Stars ORDER BY POINT(1, 2)", 1, 34, "no order"),
    ("SELECT CASE WHEN 1 = 1 THEN 'a' ELSE 1 END", 1, 38, "cannot be compared"),
    ("WITH RECURSIVE a AS (SELECT 1) SELECT 1", 1, 6, "not offered"),
    ("WITH a AS (SELECT 1), a AS (SELECT 2) SELECT 1", 1, 23, "two queries a"),
    ("SELECT id FROM sky.Stars\r\n WHERE\n foo = 1", 3, 2, "no column foo"),
]


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"), REFUSED, ids=[one[0] for one in REFUSED]
)
def test_refused_with_place_and_hint(text, line, column, hint):
    with pytest.raises(AdqlError) as refused:
        compile_query(text, PUBLICATION)
    error = refused.value
    assert (error.line, error.column) == (line, column), str(error)
    assert hint in str(error)
    assert str(error).startswith(f"line {line}, column {column}: ")


def test_it_is_a_request_that_makes_no_sense():
    assert issubclass(AdqlError, RequestError)
    error = AdqlError(3, 4, "no.")
    again = pickle.loads(pickle.dumps(error))
    assert (again.line, again.column, str(again)) == (3, 4, str(error))


def test_other_languages_are_refused():
    with pytest.raises(AdqlError, match=r"'PQL' is none of ADQL, ADQL-2\.0"):
        compile_query("SELECT 1", PUBLICATION, language="PQL")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT " + "(" * 5000,
        "SELECT " + "+" * 5000 + "1",
        "SELECT " + "- " * 5000 + "1",
        "SELECT 1 WHERE " + "NOT " * 5000 + "1 = 1",
        "SELECT " + "ABS(" * 5000 + "1" + ")" * 5000,
        "SELECT " + "CASE WHEN 1 = 1 THEN " * 3000 + "1" + " END" * 3000,
        "SELECT 1 FROM " + "(SELECT 1 FROM " * 3000 + "sky.Stars",
        "SELECT 1 FROM " + "(" * 5000 + "sky.Stars" + ")" * 5000,
        "SELECT " + "1 + " * 5000 + "1",
        "SELECT " + "1 * (2 + " * 3000 + "1",
        "SELECT 1" + " UNION SELECT 1" * 3000,
        "SELECT 1 FROM sky.Stars" + " NATURAL JOIN sky.Stars" * 3000,
        "SELECT 1 FROM sky.Stars" + ", sky.Stars" * 3000,
        "SELECT " + ", ".join(["1"] * 60_000),
        "SELECT '" + "x" * 300_000 + "'",
    ],
    ids=range(16),
)
def test_too_much_is_refused(text):
    with pytest.raises(AdqlError):
        compile_query(text, PUBLICATION)


def test_limits_are_the_callers():
    small = Limits(length=40, tokens=5, nesting=3)
    with pytest.raises(AdqlError, match="41 characters, at most 40"):
        compile_query("SELECT 1" + " " * 33, PUBLICATION, limits=small)
    with pytest.raises(AdqlError, match=r"column 16: .*more than 5 words"):
        compile_query("SELECT 1 + 2 + 3", PUBLICATION, limits=small)
    deep = Limits(nesting=8)
    compile_query("SELECT ((1))", PUBLICATION, limits=deep)
    with pytest.raises(AdqlError, match="more than 8 deep"):
        compile_query("SELECT ((((((((1))))))))", PUBLICATION, limits=deep)


def test_texts_stay_texts(ask):
    nasty = '\'; DROP TABLE sky."Stars"; --'
    doubled = nasty.replace("'", "''")
    assert ask(f"SELECT '{doubled}' AS a") == [(nasty,)]
    name = '"; x"'.replace('"', '""')
    assert ask(f'SELECT 1 AS "{name}"') == [(1,)]
    assert ask("SELECT COUNT(*) FROM sky.Stars") == [(6,)]

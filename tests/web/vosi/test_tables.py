"""Published tables as VOSI writes them (contract uws V3): for pyvo, by the schema."""

import io

import pytest
from django.test import RequestFactory
from pyvo.io import vosi
from tests.web.vosi.schemas import valid

from graticule.errors import NotFoundError, RequestError
from graticule.services.published.model import (
    ForeignKey,
    Publication,
    PublishedColumn,
    PublishedSchema,
    PublishedTable,
)

STARS = PublishedTable(
    "sky",
    "stars",
    (
        PublishedColumn("id", "long", is_principal=True, is_indexed=True),
        PublishedColumn(
            "s_region",
            "char",
            "*",
            "adql:REGION",
            ucd="pos.outline;obs.field",
            utype="Char.SpatialAxis.Coverage.Support.Area",
            description="Where & <how>.",
            is_standard=True,
        ),
        PublishedColumn("mag", "float", unit="mag"),
    ),
    description="Stars.",
)
SPECTRA = PublishedTable(
    "sky",
    "spectra",
    (PublishedColumn("star", "long"),),
    keys=(ForeignKey("sky.stars", (("star", "id"),)),),
)
PUBLICATION = Publication((PublishedSchema("sky", (STARS, SPECTRA), "All of it."),))


def answered(query="", name=""):
    from graticule.web.vosi.answers import tables_answer

    request = RequestFactory().get(f"/tables{query}")
    return tables_answer(request, PUBLICATION, name)


def test_all_tables(database):
    body = answered().content
    kinds = [kind.get("extendedType") for kind in valid(body).iter("dataType")]
    assert kinds == [None, "adql:REGION", None, None]
    found = vosi.parse_tables(io.BytesIO(body))
    assert [table.name for table in found.iter_tables()] == ["sky.stars", "sky.spectra"]
    stars, spectra = found.iter_tables()
    assert [column.name for column in stars.columns] == ["id", "s_region", "mag"]
    region = stars.columns[1]
    assert region.datatype.content == "char"
    assert region.datatype.arraysize == "*"
    assert region.description == "Where & <how>."
    assert (region.std, stars.columns[0].std) == (True, False)
    assert stars.columns[0].flags == ["indexed", "principal"]
    (key,) = spectra.foreignkeys
    assert key.targettable == "sky.stars"
    (pair,) = key.fkcolumns
    assert (pair.fromcolumn, pair.targetcolumn) == ("star", "id")


def test_names_alone(database):
    body = answered("?Detail=min").content
    valid(body)
    assert b"<column" not in body
    assert b"sky.spectra" in body
    with pytest.raises(RequestError, match="min or max"):
        answered("?detail=some")


def test_one_table(database):
    root = valid(answered(name="SKY.Stars").content)
    assert root.tag == "{http://www.ivoa.net/xml/VOSITables/v1.0}table"
    assert root.findtext("name") == "sky.stars"
    with pytest.raises(NotFoundError, match="nothing"):
        answered(name="sky.nothing")

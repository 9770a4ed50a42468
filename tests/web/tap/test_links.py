"""Answers with images tell programs where their links are (DataLink 1.1, section 4)."""

import io

import pytest
from tests.web.conftest import new_client

QUERIES = {
    "SELECT * FROM ivoa.obscore": "obs_publisher_did",
    "SELECT obs_id, obs_publisher_did AS who FROM ivoa.obscore": "who",
    "SELECT obs_publisher_did, obs_publisher_did AS b FROM ivoa.obscore": (
        "obs_publisher_did"
    ),
    "SELECT obs_id FROM ivoa.obscore": None,
    "SELECT count(obs_publisher_did) AS n FROM ivoa.obscore": None,
}


def document(query, form):
    from astropy.io.votable import parse

    asked = {"LANG": "ADQL", "QUERY": query, "FORMAT": form}
    answer = new_client().post("/tap/sync", asked)
    body = b"".join(answer) if answer.streaming else answer.content
    return parse(io.BytesIO(body), verify="exception")


@pytest.mark.parametrize("form", ["votable", "votable/td"])
@pytest.mark.parametrize("query", QUERIES)
def test_the_column_that_names_images_leads_to_their_links(
    make_image, cast, catalog, query, form
):
    make_image("m31", cast.administrator, catalog.public_group, (10, 40))
    found = document(query, form)
    column = QUERIES[query]
    assert len(list(found.iter_tables())) == 1
    services = [each for each in found.resources if each.utype == "adhoc:service"]
    assert len(services) == (column is not None)
    for service in services:
        told = {param.name: param.value for param in service.params}
        assert told == {
            "standardID": "ivo://ivoa.net/std/DataLink#links-1.1",
            "accessURL": "http://localhost/datalink/links",
        }
        (group,) = service.groups
        (param,) = group.entries
        assert param.name == "ID"
        assert found.get_field_by_id(param.ref).name == column

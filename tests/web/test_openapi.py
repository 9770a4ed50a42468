"""The OpenAPI document says what is served: all of it, and nothing else."""

import re

import pytest
from tests.web.conftest import new_client

METHODS = {"get", "post", "put", "delete"}


@pytest.fixture
def document(catalog):
    return new_client().get("/openapi.json").json()


def routes():
    from django.urls import get_resolver

    from graticule.web.openapi.routes import routes_of

    return list(routes_of(get_resolver().url_patterns))


def test_all_that_is_served_is_described(document):
    from graticule.web.openapi.doors import NOT_DESCRIBED

    missing = {
        route.name
        for route in routes()
        if route.path not in document["paths"] and route.name not in NOT_DESCRIBED
    }
    assert not missing


def test_nothing_is_described_that_is_not_served(document):
    from graticule.web.openapi.doors import DOORS

    names = {route.name for route in routes()}
    described = {name for door in DOORS for name in door.operations}
    assert described <= names
    assert set(document["paths"]) <= {route.path for route in routes()}


def test_every_address_leads_to_its_view(document):
    from django.urls import resolve

    views = {route.path: route.view for route in routes()}
    for path, operations in document["paths"].items():
        values = {}
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    values[parameter["name"]] = example(parameter["schema"])
        assert set(re.findall(r"{(\w+)}", path)) == set(values), path
        assert resolve(path.format(**values)).func is views[path], path


def example(schema):
    """The shortest text that the pattern of a path's part takes, by hand."""
    if schema["type"] == "integer":
        return "1"
    pattern = schema["pattern"]
    for text in (
        "1",
        "0",
        "z",
        "LETTERS",
        "roi",
        "Plate",
        "image",
        "echo",
        "async",
        "a/b.zip",
        "csv",
    ):
        if re.fullmatch(pattern.removeprefix("^").removesuffix("$"), text):
            return text
    raise AssertionError(pattern)


def test_operations_have_names_of_their_own_and_words(document):
    seen = []
    for operations in document["paths"].values():
        assert set(operations) <= METHODS
        for operation in operations.values():
            seen.append(operation["operationId"])
            assert operation["summary"]
            assert operation["responses"]
            for parameter in operation["parameters"]:
                assert parameter["description"], (operation["operationId"], parameter)
    assert len(seen) == len(set(seen))


def test_references_lead_somewhere(document):
    def references(node):
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for child in node.values():
                yield from references(child)
        elif isinstance(node, list):
            for child in node:
                yield from references(child)

    found = set(references(document))
    assert found
    for reference in found:
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_no_two_paths_are_the_same_but_for_names(document):
    shapes = [re.sub(r"{\w+}", "{}", path) for path in document["paths"]]
    assert len(shapes) == len(set(shapes))


def test_the_prefix_is_where_the_server_says(catalog):
    answer = new_client().get("/openapi.json", SCRIPT_NAME="/images")
    assert answer.json()["servers"] == [{"url": "/images"}]

"""Every endpoint of the gateway has tests that ask it; the page that says so."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONTRACT = ROOT.parent / "shared" / "contracts" / "webgateway.md"


@pytest.fixture(scope="module")
def coverage():
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import coverage_page
    finally:
        sys.path.pop(0)
    return coverage_page


@pytest.fixture(scope="module")
def known(coverage):
    return coverage.endpoints()


def asked(coverage, known, source):
    return dict(coverage.tests_of(source, known))


def test_every_endpoint_has_tests(coverage):
    found = coverage.tests_by_endpoint()
    assert [name for name, files in found.items() if not files] == []


def test_all_endpoints_of_the_contract(known):
    """Contract webgateway 1: 52 of them, each once."""
    names = [endpoint.name for endpoint in known]
    assert len(set(names)) == len(names) == 52
    if not CONTRACT.exists():
        pytest.skip("no ../shared/contracts beside the project")
    rows = re.findall(
        r"^\| \d+ \| .*?\| (`\w+`|\*\(none\)\*) \|", CONTRACT.read_text(), re.MULTILINE
    )
    listed = {row.strip("`") for row in rows} - {"*(none)*"}
    assert len(rows) == 52
    assert listed == set(names) - {"render_shape_mask"}


def test_they_are_those_that_are_served(known, catalog):
    from graticule.web.gateway.urls import urlpatterns

    served = {str(pattern.pattern) for pattern in urlpatterns}
    assert {endpoint.pattern for endpoint in known} == served


def test_a_path_as_people_write_it(coverage):
    pattern = r"^render_image/(?P<iid>[0-9]+)/(?:(?P<z>[0-9]+)/)?$"
    endpoint = coverage.Endpoint("x", pattern)
    assert endpoint.path == "render_image/<iid>/{<z>/}?"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('client.get("/webgateway/luts/")', {"webgateway_listLuts_json"}),
        ('client.get(f"/webgateway/luts_png/?{q}")', {"webgateway_luts_png"}),
        (
            'get(f"{url}/webgateway/proj/{p}/detail/")',
            {"webgateway_projectDetail_json"},
        ),
        ('get(f"/webgateway/render_movie/{i}/{axis}/0/")', {"webgateway_render_movie"}),
        ('ask(f"table/{number}/slice")', {"webgateway_table_slice"}),
        ('client.get("/webgateway/")', {"webgateway"}),
        ('f"/webgateway/imgData/{number}" + rest', {"webgateway_imageData_json"}),
        ('f"/webgateway/{path}/"', set()),
        ('"/webgateway/" + path', set()),
        ('"/webgateway/proj/" + path', set()),
        ('"and luts/ of course"', set()),
        ('"""Ask /webgateway/luts/."""', set()),
    ],
)
def test_what_a_test_asks(coverage, known, body, expected):
    source = f"def test_it(client):\n    {body}\n"
    assert asked(coverage, known, source) == {"test_it": expected}


def test_what_stands_in_fixtures_functions_and_constants(coverage, known):
    source = """
LUTS = "/webgateway/luts/"

class TestOne:
    @pytest.fixture
    def url(self):
        return "/webgateway/search/"

    def test_fixture(self, client, url):
        client.get(url)

    def test_nothing(self, client):
        client.get("/")

def ask(client):
    return client.get(LUTS)

def test_by_way_of_two(client):
    ask(client)

def test_other(client):
    test_by_way_of_two(client)
"""
    assert asked(coverage, known, source) == {
        "TestOne.test_fixture": {"webgateway_search_json"},
        "TestOne.test_nothing": set(),
        "test_by_way_of_two": {"webgateway_listLuts_json"},
        "test_other": set(),
    }


def test_going_through_many_is_no_proof(coverage, known):
    paths = [f"/webgateway/{endpoint.beginning}" for endpoint in known]
    source = (
        f"def test_all(client):\n    for path in {paths}:\n        client.get(path)\n"
    )
    assert asked(coverage, known, source) == {"test_all": set()}


def test_the_page(coverage, known):
    text = coverage.page()
    rows = [line for line in text.splitlines() if re.match(r"\| \d+ ", line)]
    assert len(rows) == len(known)
    assert all("\N{WHITE HEAVY CHECK MARK}" in row for row in rows)
    [row] = [row for row in rows if "`luts_png/`" in row]
    assert "`web/test_luts.py`" in row

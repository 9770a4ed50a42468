"""Images by position, time, wavelength and words (SIA 2.0; contract uws 17 and 22)."""

import io
import subprocess
import warnings
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.web.conftest import new_client

QUERY = "/sia2/query"
LINKS = "application/x-votable+xml;content=datalink"


def document(answer, status=200):
    from astropy.io import votable

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/x-votable+xml"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        body = answer.getvalue() if answer.streaming else answer.content
        return votable.parse(io.BytesIO(body), verify="exception")


def table(answer):
    return document(answer).get_first_table().to_table()


def names(answer):
    return sorted(str(name) for name in table(answer)["obs_id"])


@pytest.fixture
def sky(observe):
    observe(
        "crab",
        83.63,
        22.01,
        t_min=50000.0,
        t_max=50000.5,
        t_exptime=600.0,
        t_resolution=600.0,
        em_min=500e-9,
        em_max=600e-9,
        target_name="M 1",
        facility_name="WHT",
        instrument_name="ISIS",
        calib_level=3,
    )
    observe("pole", 10.0, 89.95, 0.2, em_min=0.2, em_max=0.22, pol_states="/I/Q/U/")
    observe(
        "zero",
        0.02,
        -10.0,
        0.4,
        obs_collection="deep",
        dataproduct_type="cube",
        em_res_power=3000.0,
        s_resolution=0.7,
    )
    observe("all", 266.0, -29.0, 200.0, s_region="")


@pytest.fixture
def ask(client, sky):
    return lambda who=client, **asked: who.get(QUERY, asked)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["all", "crab", "pole", "zero"]),
        ({"POS": "CIRCLE 83.63 22.01 0.01"}, ["all", "crab"]),
        ({"POS": "CIRCLE 84.5 22.01 0.5"}, ["all"]),
        ({"POS": "RANGE 359.9 0.1 -11 -9"}, ["all", "zero"]),
        ({"POS": "RANGE 0 360 89.99 90"}, ["all", "pole"]),
        ({"POS": "RANGE -Inf +Inf 20 25"}, ["all", "crab"]),
        ({"POS": "POLYGON 83 21 84.5 21 84.5 23 83 23"}, ["all", "crab"]),
        ({"POS": ["CIRCLE 0 -10 1", "CIRCLE 83.6 22 1"]}, ["all", "crab", "zero"]),
        ({"BAND": "550e-9"}, ["crab"]),
        ({"BAND": "590e-9 700e-9"}, ["crab"]),
        ({"BAND": ["0.1 +Inf", "-Inf 500e-9"]}, ["crab", "pole"]),
        ({"TIME": "50000.2"}, ["crab"]),
        ({"TIME": "50000.6 60000"}, []),
        ({"POL": "Q"}, ["pole"]),
        ({"POL": ["V", "U"]}, ["pole"]),
        ({"FOV": "100 +Inf"}, ["all"]),
        ({"SPATRES": "0.5 1"}, ["zero"]),
        ({"SPECRP": "1000 5000"}, ["zero"]),
        ({"EXPTIME": "500 700"}, ["crab"]),
        ({"TIMERES": "-Inf 10"}, []),
        ({"COLLECTION": "deep"}, ["zero"]),
        ({"COLLECTION": ["deep", "survey"]}, ["all", "crab", "pole", "zero"]),
        ({"FACILITY": "WHT"}, ["crab"]),
        ({"INSTRUMENT": "ISIS", "TARGET": "M 1"}, ["crab"]),
        ({"DPTYPE": "cube"}, ["zero"]),
        ({"CALIB": ["3", "4"]}, ["crab"]),
        ({"FORMAT": LINKS, "CALIB": "3"}, ["crab"]),
        ({"FORMAT": "image/fits"}, []),
        ({"pos": "circle 83.6 22 1", "nonsense": "x", "LANG": "y"}, ["all", "crab"]),
        ({"POS": "CIRCLE 83.63 22.01 0.01", "BAND": "550e-9"}, ["crab"]),
        ({"ID": "image/1000000"}, []),
        ({"ID": "ivo://elsewhere/x?image/1"}, []),
    ],
)  # fmt: skip
def test_what_is_found(ask, asked, found):
    assert names(ask(**asked)) == found


def test_by_identifier(ask, client):
    row = table(ask(CALIB="3"))[0]
    did = str(row["obs_publisher_did"])
    assert names(ask(ID=did)) == ["crab"]
    assert names(
        client.post(QUERY, {"ID": [did.upper().replace("IMAGE", "image")]})
    ) == ["crab"]


def test_a_row(ask, client):
    """Stored columns as they are; the link leads to links of this image."""
    row = table(ask(CALIB="3"))[0]
    assert (row["s_ra"], row["s_dec"]) == (83.63, 22.01)
    assert (row["t_min"], row["em_max"]) == (50000.0, 600e-9)
    assert row["access_format"] == "application/x-votable+xml;content=datalink"
    assert row["s_region"].startswith("POLYGON ICRS ")
    assert row["em_xel"] is not None
    url = urlsplit(str(row["access_url"]))
    assert url.path == "/datalink/links"
    assert parse_qs(url.query)["ID"] == [str(row["obs_publisher_did"])]
    links = client.get(f"{url.path}?{url.query}")
    assert links.status_code == 200


def test_columns_are_those_of_the_standard(ask):
    found = {
        field.name: (field.datatype, str(field.unit or ""), field.ucd, field.utype)
        for field in document(ask()).get_first_table().fields
    }
    assert len(found) == 30
    place = "obscore:Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2"
    assert found["s_ra"] == ("double", "deg", "pos.eq.ra", f"{place}.C1")
    assert found["access_estsize"][:3] == ("long", "kbyte", "phys.size;meta.file")
    assert found["em_min"][:3] == ("double", "m", "em.wl;stat.min")
    assert found["calib_level"][0] == "int"


def test_maxrec_and_overflow(ask, configured):
    def stated(answer):
        found = document(answer).resources[0]
        status = [info.value for info in found.infos if info.name == "QUERY_STATUS"]
        return status, len(found.tables[0].array)

    assert stated(ask()) == (["OK"], 4)
    assert stated(ask(MAXREC="4")) == (["OK"], 4)
    assert stated(ask(MAXREC="2")) == (["OK", "OVERFLOW"], 2)
    assert stated(ask(MAXREC="0")) == (["OK", "OVERFLOW"], 0)
    configured(max_sia_rows=3)
    assert stated(ask(MAXREC="99")) == (["OK", "OVERFLOW"], 3)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"POS": "CIRCLE 1 2"}, "POS"),
        ({"POS": "ELLIPSE 1 2 3"}, "ELLIPSE"),
        ({"POS": "CIRCLE 1 95 1"}, "latitude"),
        ({"BAND": "7 3"}, "BAND"),
        ({"TIME": "tomorrow"}, "tomorrow"),
        ({"POL": "Z"}, "POL"),
        ({"CALIB": "9"}, "CALIB"),
        ({"MAXREC": "-1"}, "MAXREC"),
        ({"MAXREC": "many"}, "MAXREC"),
        ({"RESPONSEFORMAT": "image/png"}, "RESPONSEFORMAT"),
        ({"POS": ["CIRCLE 1 2 3"] * 101}, "101"),
        ({"TARGET": "x" * 5000}, "5000"),
    ],
)
def test_what_cannot_be_understood(ask, asked, word):
    (info,) = document(ask(**asked), 400).resources[0].infos
    assert (info.name, info.value) == ("QUERY_STATUS", "ERROR")
    assert info.content.startswith("UsageFault: ")
    assert word in info.content


def test_verbs_and_bodies(client, sky):
    assert client.put(QUERY).status_code == 405
    assert client.options(QUERY).status_code == 204
    assert client.post(QUERY, b"<x/>", content_type="text/xml").status_code == 415
    assert names(client.post(QUERY, {"CALIB": "3"})) == ["crab"]


def test_everybody_sees_their_own(observe, make_cast, logged_in, door):
    from graticule.catalog.models import Permissions

    cast = make_cast(Permissions.PRIVATE)
    observe("secret", 5.0, 5.0, owner=cast.alice, group=cast.group)
    asked = {"POS": "CIRCLE 5 5 1"}
    assert names(logged_in(cast.alice).get(QUERY, asked)) == ["secret"]
    for client in (logged_in(cast.bob), logged_in(cast.charlie), new_client()):
        assert names(client.get(QUERY, asked)) == []
        assert names(client.get(QUERY, {"TARGET": "", "COLLECTION": "survey"})) == []


def test_shared_ones_are_seen(observe, make_cast, logged_in, door):
    from graticule.catalog.models import Permissions

    cast = make_cast(Permissions.READ_ONLY)
    observe("shared", 5.0, 5.0, owner=cast.alice, group=cast.group)
    assert names(logged_in(cast.bob).get(QUERY)) == ["shared"]
    assert names(logged_in(cast.charlie).get(QUERY)) == []


def test_nobody_where_the_public_sees_nothing(client, sky, configured):
    configured(anonymous_access=False)
    assert client.get(QUERY).status_code == 401
    assert client.get("/sia2/capabilities").status_code == 200


def test_it_says_what_it_is(client, sky):
    from lxml import etree

    told = etree.fromstring(client.get("/sia2/capabilities").content)
    standards = {
        each.get("standardID"): each.findtext("interface/accessURL")
        for each in told.iter("capability")
    }
    assert standards["ivo://ivoa.net/std/SIA#query-2.0"].endswith(QUERY)
    assert standards["ivo://ivoa.net/std/VOSI#availability"].endswith(
        "/sia2/availability"
    )
    available = etree.fromstring(client.get("/sia2/availability").content)
    assert available.findtext("{*}available") == "true"
    whole = client.get("/capabilities").content
    assert b"SIA#query-2.0" in whole


@pytest.mark.stilts
@pytest.mark.parametrize("asked", [{}, {"MAXREC": "1"}, {"MAXREC": "0"}, {"POS": "x"}])
def test_stilts_finds_nothing_wrong(ask, asked, tmp_path):
    answer = ask(**asked)
    path = tmp_path / "found.vot"
    path.write_bytes(answer.getvalue() if answer.streaming else answer.content)
    done = subprocess.run(
        ["stilts", "votlint", f"votable={path}", "ucd=true", "unit=true"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert f"{done.stdout}{done.stderr}".strip() == ""

"""The door for searching, and its page: filters in addresses, suggestions, counts."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import pytest
from tests.web.conftest import new_client

SCHEMAS = Path(__file__).parents[2] / "src" / "graticule" / "web"


def checked(answer, schema):
    assert answer.status_code == 200, answer.content[:300]
    rules = json.loads((SCHEMAS / schema).read_text())
    jsonschema.Draft202012Validator.check_schema(rules)
    jsonschema.Draft202012Validator(rules).validate(answer.json())
    return answer.json()


def suggested(client, text):
    answer = client.get("/seek/", {"q": text})
    return checked(answer, "seek/schemas/suggestions.json")["suggestions"]


def facets(client, **asked):
    return checked(client.get("/seek/facets/", asked), "seek/schemas/facets.json")


def ids(client, **asked):
    return checked(client.get("/seek/ids/", asked), "browse/schemas/ids.json")


@pytest.fixture
def tagged(image, cast):
    """Two images with tags and key-value pairs of the public's group."""
    from graticule.catalog.models import Annotation, AnnotationLink

    for name, text in (("cells.ome.tif", "good"), ("photo.tif", "good")):
        row = image(name)
        for values in (
            {"kind": "tag", "text": text},
            {"kind": "map", "pairs": [["stage", "larva & <b>"], ["dose", "5 mM"]]},
        ):
            made = Annotation.objects.create(owner=row.owner, group=row.group, **values)
            AnnotationLink.objects.create(annotation=made, target=row, owner=row.owner)
    return image


def test_it_works(client, tagged):
    found = suggested(client, "cel")
    assert {
        "kind": "image",
        "text": "cells",
        "url": f"/image/{tagged('cells.ome.tif').pk}/",
    } in found
    counted = facets(client, q="tif")
    everything = ids(client, q="tif")
    assert counted["kinds"]["image"] == everything["total"] == len(everything["ids"])
    (tag,) = counted["facets"]["tag"]
    assert (tag["label"], tag["count"], tag["chosen"]) == ("good", 2, False)
    query = dict(parse_qsl(urlsplit(tag["url"]).query))
    assert query == {"q": "tif", "tag": "good"}
    assert ids(client, **query)["total"] == 2
    page = client.get(tag["url"])
    assert page.status_code == 200
    text = page.content.decode()
    assert f"/image/{tagged('photo.tif').pk}/" in text
    assert f"/image/{tagged('uint8.tif').pk}/" not in text


def test_suggestions_lead_to_what_they_say(client, tagged):
    for text, kind, total in (("goo", "tag", 2), ("sta", "key", 2)):
        (found,) = [each for each in suggested(client, text) if each["kind"] == kind]
        assert urlsplit(found["url"]).path == "/search/"
        query = dict(parse_qsl(urlsplit(found["url"]).query))
        assert ids(client, **query)["total"] == total


def test_a_filter_is_taken_away_by_its_chip(client, tagged):
    asked = {"q": "tif", "tag": "good", "width_from": "10", "key": "dose=5 mM"}
    page = client.get("/search/", asked).content.decode()
    chips = re.findall(r'class="chip" href="([^"]+)"', page)
    left = [dict(parse_qsl(urlsplit(url.replace("&amp;", "&")).query)) for url in chips]
    names = ["tag", "key", "width_from"]
    assert left == [
        {name: value for name, value in asked.items() if name != gone} for gone in names
    ]


def test_the_form_keeps_the_other_filters(client, tagged):
    page = client.get("/search/", {"q": "tif", "tag": "good", "z_from": "2"})
    text = page.content.decode()
    assert '<input type="hidden" name="tag" value="good">' in text
    assert 'name="z_from" value="2"' in text
    assert '<input type="hidden" name="z_from"' not in text
    # As the form sends it: a key and its value apart, empty ones too.
    found = ids(client, q="", key="stage", value="larva", since="", z_from="")
    assert found["total"] == 2
    assert ids(client, key="stage", value="egg")["total"] == 0


def test_in_order(client, catalogued):
    by_width = ids(client, sort="size", direction="down")["ids"]
    from graticule.catalog.models import Image

    sizes = [
        (row.size_x * row.size_y)
        for row in sorted(Image.objects.all(), key=lambda row: by_width.index(row.pk))
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert ids(client, sort="size", direction="down", offset="2")["ids"] == by_width[2:]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("kind=cellar", "kind"),
        ("owner=x", "owner"),
        ("group=-1", "group"),
        ("owner=99999999999999999999", "owner"),
        ("since=yesterday", "since"),
        ("until=2026-13-01", "until"),
        ("width_from=wide", "width_from"),
        ("pixel_to=nan", "pixel_to"),
        ("pixel_to=inf", "pixel_to"),
        ("z_from=-1", "z_from"),
        ("&".join(f"tag={n}" for n in range(21)), "tag"),
    ],
)
def test_filters_that_make_no_sense(client, catalogued, query, word):
    for path in ("/seek/facets/", "/seek/ids/"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 400
        assert word in answer.json()["message"]
    assert client.get(f"/search/?{query}").status_code == 400


@pytest.mark.parametrize(
    "text",
    ["%00", "%ff", "<b>", "((((", '"', "\\", "a:", "*" * 9, "%F0%9F%94%AC", "x" * 900],
)
def test_whatever_is_typed_is_answered(client, tagged, text):
    for path in (
        "/seek/?q=",
        "/seek/facets/?q=",
        "/search/?q=",
        "/search/?tag=",
        "/search/?key=",
    ):
        answer = client.get(path + text)
        assert answer.status_code == 200, path
        assert b"<b>" not in answer.content


def test_old_addresses_of_searches_lead_here(client, catalogued):
    answer = client.get("/?q=cells&show=image")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/search/?q=cells&kind=image",
    )


class TestWho:
    @pytest.mark.parametrize("level", ["rw----", "rwr---", "rwra--", "rwrw--"])
    def test_only_what_is_seen(self, image, make_cast, logged_in, level):
        from graticule.catalog.models import Annotation, AnnotationLink

        cast = make_cast(level)
        row = image("uint8.tif")
        row.owner, row.group, row.name = cast.alice, cast.group, "hushhush"
        row.save()
        tag = Annotation.objects.create(
            kind="tag", text="whisper", owner=cast.alice, group=cast.group
        )
        AnnotationLink.objects.create(annotation=tag, target=row, owner=cast.alice)
        sees = {"alice", "group_owner", "administrator"}
        sees |= set() if level == "rw----" else {"bob"}
        for who in ("alice", "bob", "charlie", "group_owner", "administrator", None):
            client = logged_in(getattr(cast, who)) if who else new_client()
            can = who in sees
            assert bool(suggested(client, "hush")) == can, who
            assert bool(suggested(client, "whis")) == can, who
            assert ids(client, q="hushhush")["total"] == can, who
            assert ids(client, tag="whisper")["total"] == can, who
            assert bool(facets(client, q="hushhush")["facets"]["tag"]) == can, who
            page = client.get("/search/?tag=whisper").content
            assert (b"hushhush" in page) == can, who

    def test_nobody_without_login(self, catalogued, configured):
        from graticule.web.principal import forget_principals

        configured(anonymous_access=False)
        forget_principals()
        for path in ("/seek/?q=a", "/seek/facets/", "/seek/ids/"):
            assert new_client().get(path).status_code == 401
        assert new_client().get("/search/").status_code == 302

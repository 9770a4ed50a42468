"""Saving rendering settings (contract webgateway 9.1, 9.5)."""

import json

import pytest
from tests.web.conftest import XHR, checked
from tests.web.reference import (
    added,
    cells,
    coloured,
    decoded,
    grey,
    quantized,
    same,
    squares,
)

TOKEN = "b" * 32
ALL = "-1|200:9000$00FF00,2|500:6000$FF0000,3|0:8000$0000FF,-4|1:2$FFFFFF"
MAPS = json.dumps([{}, {"inverted": {"enabled": True}}, {}, {}])


def posting(client):
    """Post with the token, as scripts do."""
    client.cookies["csrftoken"] = TOKEN

    def post(path, query=None, form=None, **headers):
        return client.post(
            f"/webgateway/{path}",
            form or {},
            query_params=query or {},
            headers={"X-CSRFToken": TOKEN, **headers},
        )

    return post


@pytest.fixture
def theirs(image, make_cast):
    """The cells, Alice's in a read-annotate group, and the cast."""
    cast = make_cast("rwra--")
    row = image("cells.ome.tif")
    row.owner, row.group = cast.alice, cast.group
    row.save()
    return row, cast


@pytest.fixture
def save(theirs, logged_in):
    """Save ``ALL`` of the cells as Bob, with changes."""
    row, cast = theirs
    client = logged_in(cast.bob)

    def ask(query=None, form=None, **more):
        asked = {"c": ALL, "m": "c", "maps": MAPS, **more}
        if form is None:
            query = {**asked, **(query or {})}
        return posting(client)(f"saveImgRDef/{row.pk}/", query, form)

    ask.client = client
    return ask


def drawn(z=1, t=0):
    """What ``ALL`` looks like: channel 2 inverted in red, channel 3 in blue."""

    def level(c, start, end):
        return quantized(cells(c, z, t), "uint16", start, end)

    return added(
        coloured(255 - level(1, 500, 6000), (255, 0, 0)),
        coloured(level(2, 0, 8000), (0, 0, 255)),
    )


def middles(thumbnail):
    """The middle of every square: scaling has touched the edges."""
    return thumbnail.reshape(3, 32, 4, 32, 3)[:, 12:20, :, 12:20].mean((1, 3))


def rdef_of(client, row, person):
    found = checked(
        client.get(f"/webgateway/get_image_rdefs_json/{row.pk}/"), "image_rdefs"
    )
    return next(
        (one for one in found["rdefs"] if one["owner"]["id"] == person.pk), None
    )


class TestSave:
    def test_it_works(self, save, theirs, logged_in):
        row, cast = theirs
        picture = f"/webgateway/render_image/{row.pk}/1/0/"
        alices = logged_in(cast.alice)
        before = alices.get(picture)
        mine = save.client.get(picture)
        assert checked(save(), "truth") is True
        same(squares(decoded(save.client.get(picture))), drawn())
        # Entity tags, which are for everybody, follow.
        assert save.client.get(picture)["ETag"] != mine["ETag"]
        # Alice's own view stays as it was.
        assert alices.get(picture).content == before.content

    def test_the_old_entity_tag_gets_a_new_picture(self, save, theirs):
        row, _ = theirs
        url = f"/webgateway/render_image/{row.pk}/1/0/"
        etag = save.client.get(url)["ETag"]
        headers = {"If-None-Match": etag}
        assert save.client.get(url, headers=headers).status_code == 304
        save()
        assert save.client.get(url, headers=headers).status_code == 200

    def test_thumbnails_follow(self, save, theirs, logged_in):
        row, cast = theirs
        url = f"/webgateway/render_thumbnail/{row.pk}/128/"
        alices = logged_in(cast.alice)
        before = alices.get(url).content
        save()
        same(middles(decoded(save.client.get(url))), drawn(), tolerance=8)
        assert alices.get(url).content == before

    def test_imgdata_follows(self, save, theirs, logged_in):
        row, cast = theirs
        url = f"/webgateway/imgData/{row.pk}/"
        alices = logged_in(cast.alice)
        before = alices.get(url).json()
        save.client.get(url)
        save(m="g", z="3", t="2")
        found = checked(save.client.get(url), "image_data")
        assert [channel["active"] for channel in found["channels"]] == [
            False,
            True,
            True,
            False,
        ]
        # 9.1: of inactive channels, too
        assert [
            (channel["window"]["start"], channel["window"]["end"], channel["color"])
            for channel in found["channels"]
        ] == [
            (200, 9000, "00FF00"),
            (500, 6000, "FF0000"),
            (0, 8000, "0000FF"),
            (1, 2, "FFFFFF"),
        ]
        assert [c["inverted"] for c in found["channels"]] == [False, True, False, False]
        assert found["rdefs"] == {
            "model": "greyscale",
            "projection": "normal",
            "defaultZ": 2,
            "defaultT": 1,
            "invertAxis": False,
        }
        assert alices.get(url).json() == before

    def test_grey(self, save, theirs):
        row, _ = theirs
        save(m="g")
        expected = grey(255 - quantized(cells(1, 1, 0), "uint16", 500, 6000))
        got = decoded(save.client.get(f"/webgateway/render_image/{row.pk}/1/0/"))
        same(squares(got), expected)

    def test_in_the_body(self, save, theirs):
        # as the viewport does (contract clients 2)
        row, cast = theirs
        form = {"c": ALL, "m": "c", "maps": MAPS, "z": "1", "t": "2", "p": "normal"}
        query = {"callback": "jQuery36_17"}
        answer = posting(save.client)(f"saveImgRDef/{row.pk}/", query, form)
        assert answer.content == b"jQuery36_17(true)"
        assert answer["Content-Type"] == "application/javascript"
        assert rdef_of(save.client, row, cast.bob)["t"] == 1

    def test_jsonp_in_the_query(self, save):
        answer = save({"callback": "done"})
        assert answer.content == b"done(true)"

    def test_saving_again_replaces(self, save, theirs):
        row, cast = theirs
        save()
        first = rdef_of(save.client, row, cast.bob)
        save(c=ALL.replace("9000", "9001"))
        second = rdef_of(save.client, row, cast.bob)
        assert second["id"] == first["id"]
        assert (first["c"][0]["end"], second["c"][0]["end"]) == (9000, 9001)
        assert row.renderings.filter(person=cast.bob).count() == 1

    def test_lookup_tables_and_curves(self, save, theirs):
        row, cast = theirs
        curve = {"quantization": {"family": "exponential", "coefficient": 0.5}}
        save(
            c=ALL.replace("$FF0000", "$cool.lut"), maps=json.dumps([{}, curve, {}, {}])
        )
        second = rdef_of(save.client, row, cast.bob)["c"][1]
        assert (second["lut"], second["family"], second["coefficient"]) == (
            "cool.lut",
            "exponential",
            0.5,
        )

    def test_others_do_not_notice(self, save, theirs, logged_in):
        row, cast = theirs
        save()
        client = logged_in(cast.alice)
        ids = {who: rdef_of(client, row, who) for who in (cast.alice, cast.bob)}
        assert ids[cast.bob]["c"][0]["end"] == 9000
        assert ids[cast.alice]["c"][0]["end"] != 9000
        # Each person's settings can be asked for by id.
        url = f"/webgateway/render_thumbnail/{row.pk}/128/"
        bobs = client.get(url, {"rdefId": ids[cast.bob]["id"]})
        same(middles(decoded(bobs)), drawn(), tolerance=8)


class TestRefused:
    @pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
    @pytest.mark.parametrize(
        "path", ["saveImgRDef/1/", "resetRDef/", "applyOwnersRDef/"]
    )
    @pytest.mark.parametrize("anonymous_access", [True, False])
    def test_other_methods(self, client, configured, method, path, anonymous_access):
        # 2.1: before the login test
        configured(anonymous_access=anonymous_access)
        client.cookies["csrftoken"] = TOKEN
        answer = getattr(client, method)(
            f"/webgateway/{path}", headers={"X-CSRFToken": TOKEN}
        )
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert answer.content == b""

    @pytest.mark.parametrize(
        "path", ["saveImgRDef/1/", "resetRDef/", "applyOwnersRDef/", "copyImgRDef/"]
    )
    def test_without_the_token(self, client, path):
        answer = client.post(f"/webgateway/{path}")
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/json"
        assert answer.json()["message"].startswith("CSRF Failed: ")

    def test_nobody(self, client, configured, theirs):
        configured(anonymous_access=False)
        path = f"saveImgRDef/{theirs[0].pk}/"
        assert posting(client)(path, {"c": ALL, "m": "c"}).status_code == 302
        answer = posting(client)(path, {"c": ALL, "m": "c"}, **dict([XHR_HEADER]))
        assert (answer.status_code, answer.content) == (403, b"")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"c": None}, "Rendering settings must specify channels as c"),
            ({"c": "1$FFF"}, "Must specify window for each channel"),
            ({"c": "1|0:1"}, "Must specify color for each channel"),
            (
                {"m": "x"},
                'Query parameter "m" must be present with value either "g" or "c"',
            ),
            ({"maps": "{"}, "Failed to parse maps JSON"),
            ({"maps": "[]"}, 'Number of "maps" must match number of channels'),
        ],
    )
    def test_incomplete(self, save, theirs, change, message):
        # 4.3
        row, _ = theirs
        asked = {"c": ALL, "m": "c", "maps": MAPS, **change}
        asked = {name: value for name, value in asked.items() if value is not None}
        answer = posting(save.client)(f"saveImgRDef/{row.pk}/", asked)
        assert (answer.status_code, answer.content.decode()) == (400, message)
        assert row.renderings.count() == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"c": "1|0:9$FFF", "maps": "[{}]"},
            {"z": "0"},
            {"z": "4"},
            {"t": "x"},
            {"t": ""},
        ],
    )
    def test_what_does_not_fit(self, save, theirs, change):
        row, _ = theirs
        checked(save(change), "error", 500)
        assert row.renderings.count() == 1

    def test_no_such_image(self, save, theirs, logged_in):
        row, cast = theirs
        client = logged_in(cast.charlie)
        for number in (row.pk, 10**9):
            answer = posting(client)(f"saveImgRDef/{number}/", {"c": ALL, "m": "c"})
            assert checked(answer, "truth") is False

    @pytest.mark.parametrize("level", ["rw----", "rwr---", "rwra--", "rwrw--"])
    @pytest.mark.parametrize("who", ["alice", "bob", "group_owner", "administrator"])
    def test_who_may_not_annotate_stores_nothing(
        self, image, make_cast, logged_in, level, who
    ):
        cast = make_cast(level)
        row = image("cells.ome.tif")
        row.owner, row.group = cast.alice, cast.group
        row.save()
        person = getattr(cast, who)
        answer = posting(logged_in(person))(
            f"saveImgRDef/{row.pk}/", {"c": ALL, "m": "c"}
        )
        sees = who != "bob" or level != "rw----"
        may = {
            "rw----": who in {"alice", "administrator"},
            "rwr---": who != "bob",
        }.get(level, True)
        assert checked(answer, "truth") is sees  # 9.1: true proves nothing
        assert row.renderings.filter(person=person).exists() is may
        revision = row.revision
        row.refresh_from_db()
        assert (row.revision > revision) is may

    def test_the_public_stores_nothing(self, client, image):
        row = image("cells.ome.tif")
        answer = posting(client)(f"saveImgRDef/{row.pk}/", {"c": ALL, "m": "c"})
        assert checked(answer, "truth") is True
        assert row.renderings.count() == 1


XHR_HEADER = ("X-Requested-With", XHR["HTTP_X_REQUESTED_WITH"])


class TestEverybodysSettings:
    def test_at_import_they_are_the_owners(self, theirs, logged_in):
        row, cast = theirs
        client = logged_in(cast.bob)
        found = checked(
            client.get(f"/webgateway/get_image_rdefs_json/{row.pk}/"), "image_rdefs"
        )
        assert len(found["rdefs"]) == 1
        only = found["rdefs"][0]
        assert only["owner"] == {
            "id": cast.alice.pk,
            "firstName": cast.alice.first_name,
            "lastName": cast.alice.last_name,
        }
        assert (only["z"], only["t"], only["model"]) == (1, 0, "rgb")
        assert only["c"][0]["rgb"] == {"red": 0, "green": 0, "blue": 255}
        assert only["c"][0]["color"] == "0000FF"
        assert [channel["active"] for channel in only["c"]] == [True, True, True, False]

    def test_the_owners_own_take_their_place(self, theirs, logged_in):
        row, cast = theirs
        client = logged_in(cast.alice)
        posting(client)(f"saveImgRDef/{row.pk}/", {"c": ALL, "m": "g", "z": "3"})
        found = client.get(f"/webgateway/get_image_rdefs_json/{row.pk}/").json()
        assert [(one["model"], one["z"]) for one in found["rdefs"]] == [
            ("greyscale", 2)
        ]

    def test_windows_without_end_are_json(self, image, client):
        # a channel of nothing but NaN has them
        row = image("nothing.tif")
        found = checked(
            client.get(f"/webgateway/get_image_rdefs_json/{row.pk}/"), "image_rdefs"
        )
        assert found["rdefs"][0]["c"][0]["start"] == -(2.0**31)

    def test_no_such_image(self, client, theirs):
        row, _ = theirs
        for number in (row.pk, 10**9):
            answer = client.get(f"/webgateway/get_image_rdefs_json/{number}/")
            found = checked(answer, "image_rdefs")
            assert found == {"error": f"No image with id {number}"}

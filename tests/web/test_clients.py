"""Pages of clients, here of small ones made for the purpose (contract clients 2, 3).

The real ones are opened in Chromium by ``tests/clients``.
"""

import json
import re
from urllib.parse import unquote

import pytest
from django.template import Context, Engine
from django.urls import clear_script_prefix, set_script_prefix

PAGES = {
    "webgateway/viewport/omero_image.html": """
{% load common_filters %}<html><head></head><body>
id={{ image.id }} name={{ image.getName|truncateafter:20 }}
size={{ image.getSizeX }}x{{ image.getSizeY }} um={{ image.getPixelSizeX }}
rois={{ roiCount }}/{{ roiLimit }} server={{ viewport_server }}
may={{ image.canAnnotate }} static={% static "webgateway/a.js" %}{{ url_suffix }}
table={% url 'webgateway_object_table_query' 'Plate.wells' 999 %}
</body></html>""",
    "webclient/data/plate.html": """
{% load common_tags %}plate={{ manager.getPlateId }} index={{ index }}
open={% url 'web_image_viewer' 0 %} many={% url 'get_thumbnails_json' %}
batch={{ thumbnails_batch }} base={{ baseurl }}""",
}


@pytest.fixture
def home(configured, tmp_path):
    """A home folder without clients."""
    from graticule.web.clients.mounted import forget_mounted

    configured(home=tmp_path)
    forget_mounted()
    yield tmp_path
    forget_mounted()


@pytest.fixture
def install(home):
    """Put a client into the home folder, as a server finds it when it starts."""
    from graticule.web.clients.mounted import forget_mounted

    def put(name="viewport", pages=PAGES, *, restarted=True):
        folder = home / "clients" / name
        for page, text in pages.items():
            path = folder / "templates" / page
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        facts = {"name": name, "version": "9.9", "licence": "GPL"}
        (folder / "client.json").write_text(json.dumps(facts))
        if restarted:
            forget_mounted()

    return put


@pytest.fixture
def plate(image, catalog):
    """A plate with a well of two fields."""
    from graticule.catalog.models import Plate, Well, WellSample

    belongs = {"owner": catalog.administrator, "group": catalog.public_group}
    plate = Plate.objects.create(name="P <1>", **belongs)
    well = Well.objects.create(plate=plate, row=0, column=0, **belongs)
    for index, name in enumerate(("uint8.tif", "int8.tif")):
        WellSample.objects.create(well=well, image=image(name), index=index)
    return plate


def facts(answer):
    assert answer.status_code == 200, answer.content
    return dict(re.findall(r"(\w+)=(\S*)", answer.content.decode()))


class TestViewport:
    def test_it_is_told_about_the_image(self, client, install, image):
        install()
        found = facts(client.get(f"/clients/viewport/{image('cells.ome.tif').pk}/"))
        assert found["id"] == str(image("cells.ome.tif").pk)
        assert found["name"] == "cells"
        assert found["size"] == "128x96"
        assert found["um"] == "0.25"
        assert found["rois"] == "0/2000"
        assert found["server"] == "/webgateway"
        assert found["may"] == "False"
        assert found["static"] == "/static/webgateway/a.js"
        assert found["table"] == "/webgateway/table/Plate.wells/999/query/"

    def test_rois_and_rights(self, logged_in, install, image, catalog):
        from graticule.catalog.models import Roi

        install()
        row = image("uint8.tif")
        Roi.objects.create(image=row, owner=row.owner, group=row.group)
        client = logged_in(catalog.administrator)
        found = facts(client.get(f"/clients/viewport/{row.pk}/"))
        assert found["rois"] == "1/2000"
        assert found["may"] == "True"

    def test_the_script_that_shows_saving_comes_last(self, client, install, image):
        install()
        text = client.get(f"/clients/viewport/{image('uint8.tif').pk}/").content
        script = b'src="/static/webclient/javascript/ome.progress_overlay.js"></script>'
        assert text.endswith(script + b"</body></html>")

    def test_names_are_text(self, client, install, image):
        install()
        row = image("uint8.tif")
        row.name = "<script>alert(1)"
        row.save()
        text = client.get(f"/clients/viewport/{row.pk}/").content
        assert b"name=&lt;script&gt;alert(1)" in text

    def test_behind_a_prefix(self, client, install, image):
        install()
        path = f"/clients/viewport/{image('uint8.tif').pk}/"
        # As the real server does for each request.
        set_script_prefix("/images/")
        try:
            found = facts(client.get(path))
        finally:
            clear_script_prefix()
        assert found["server"] == "/images/webgateway"
        assert found["table"] == "/images/webgateway/table/Plate.wells/999/query/"

    @pytest.mark.parametrize("iid", ["0", "999999", "9" * 30, "00"])
    def test_no_such_image(self, client, install, iid):
        install()
        answer = client.get(f"/clients/viewport/{iid}/")
        assert answer.status_code == 404


class TestPlatePanel:
    def test_it_is_told_about_the_plate(self, client, install, plate):
        install()
        answer = client.get(f"/clients/viewport/plate/{plate.pk}/")
        found = facts(answer)
        assert found["plate"] == str(plate.pk)
        assert found["index"] == "0"
        assert found["open"] == "/webclient/img_detail/0/"
        assert found["many"] == "/webclient/get_thumbnails/"
        assert found["batch"] == "50"
        assert found["base"] == "/webgateway"
        assert b"<title>P &lt;1&gt; " in answer.content

    def test_fields(self, client, install, plate):
        install()
        path = f"/clients/viewport/plate/{plate.pk}/"
        answer = client.get(path, {"field": "2"})
        assert facts(answer)["index"] == "1"
        links = re.findall(
            r'href="([^"]*)"( aria-current="true")?>Field (\d)', str(answer.content)
        )
        assert links == [
            (f"{path}?field=1", "", "1"),
            (f"{path}?field=2", ' aria-current="true"', "2"),
        ]

    @pytest.mark.parametrize("field", ["x", "0", "-1", "9" * 40])
    def test_bad_field(self, client, install, plate, field):
        install()
        path = f"/clients/viewport/plate/{plate.pk}/"
        assert client.get(path, {"field": field}).status_code == 400


class TestPage:
    def test_scripts_may_run_and_talk_to_this_server(self, client, install, image):
        install()
        answer = client.get(f"/clients/viewport/{image('uint8.tif').pk}/")
        policy = dict(
            part.strip().split(" ", 1)
            for part in answer["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'self'"
        assert policy["script-src"] == "'self' 'unsafe-inline' 'unsafe-eval'"
        # Contract clients 1.2: the cookie is there before scripts run.
        assert not client.cookies["csrftoken"]["httponly"]

    def test_not_installed(self, client, home, image):
        answer = client.get(f"/clients/viewport/{image('uint8.tif').pk}/")
        assert answer.status_code == 404
        assert b"omero-web is not installed here" in answer.content
        assert b"graticule client install viewport" in answer.content

    def test_installed_since_the_start(self, client, home, install, image):
        path = f"/clients/viewport/{image('uint8.tif').pk}/"
        assert client.get(path).status_code == 404
        install(restarted=False)
        answer = client.get(path)
        assert answer.status_code == 404
        assert b"was installed after this server was started" in answer.content
        install()
        assert client.get(path).status_code == 200

    def test_a_page_that_needs_more(self, client, install, image, caplog):
        install(pages={"webgateway/viewport/omero_image.html": "{% url 'new_one' %}"})
        answer = client.get(f"/clients/viewport/{image('uint8.tif').pk}/")
        assert answer.status_code == 500
        assert b"The page of viewport 9.9 needs something that is not" in answer.content
        assert b"new_one" in answer.content
        assert b"Graticule was tried with 5.33" in answer.content
        assert b"Traceback" not in answer.content

    def test_a_version_without_the_page(self, client, install, image):
        install(pages={"elsewhere.html": ""})
        answer = client.get(f"/clients/viewport/{image('uint8.tif').pk}/")
        assert answer.status_code == 500
        assert b"omero_image.html" in answer.content

    def test_broken_notes_stop_no_server(self, client, home, install, image, caplog):
        from graticule.web.clients.mounted import forget_mounted, static_folders

        install()
        install("figure", {"x.html": ""})
        (home / "clients/figure/client.json").write_text("[]")
        forget_mounted()
        assert [path.parent.name for path in static_folders()] == ["viewport"]
        assert "graticule client install figure" in caplog.text


SEES = {
    "rw----": {"alice", "group_owner", "administrator"},
    "rwr---": {"alice", "bob", "group_owner", "administrator"},
    "rwra--": {"alice", "bob", "group_owner", "administrator"},
    "rwrw--": {"alice", "bob", "group_owner", "administrator"},
}


@pytest.mark.parametrize("level", SEES)
def test_who_sees_it(install, image, plate, make_cast, logged_in, client, level):
    """Contract webgateway 2.2, for every role and level."""
    install()
    cast = make_cast(level)
    row = image("uint8.tif")
    for thing in (row, plate):
        thing.owner, thing.group, thing.name = cast.alice, cast.group, "Alice's own"
        thing.save()
    paths = [f"/clients/viewport/{row.pk}/", f"/clients/viewport/plate/{plate.pk}/"]
    for path in paths:
        for who in ("alice", "bob", "charlie", "group_owner", "administrator"):
            answer = logged_in(getattr(cast, who)).get(path)
            assert (answer.status_code == 200) == (who in SEES[level]), (who, path)
            assert (b"Alice" in answer.content) == (who in SEES[level])
        assert client.get(path).status_code == 404


def test_nobody_is_sent_to_log_in(install, image, configured, client):
    install()
    configured(anonymous_access=False)
    path = f"/clients/viewport/{image('uint8.tif').pk}/"
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/webclient/login/?url=")


def test_icon(client):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert answer["Location"] == "/static/graticule/favicon.svg"


class TestImagePage:
    """The setting ``image_page`` and the address ``img_detail``."""

    @pytest.mark.parametrize("door", ["webgateway", "webclient"])
    @pytest.mark.parametrize(
        ("name", "address"),
        [
            ("viewport", "/clients/viewport/{}/?c=1|0:9$FF0000&z=2"),
            ("iviewer", "/iviewer/?images={}&c=1|0:9$FF0000&z=2"),
        ],
    )
    def test_a_client(self, client, install, image, configured, door, name, address):
        install(name)
        configured(image_page=name)
        iid = image("uint8.tif").pk
        answer = client.get(f"/{door}/img_detail/{iid}/?c=1|0:9$FF0000&z=2")
        assert answer.status_code == 302
        assert unquote(answer["Location"]) == address.format(iid)

    def test_without_query(self, client, install, image, configured):
        install()
        configured(image_page="viewport")
        iid = image("uint8.tif").pk
        answer = client.get(f"/webgateway/img_detail/00{iid}/")
        assert answer["Location"] == f"/clients/viewport/{iid}/"

    @pytest.mark.parametrize("name", ["graticule", "viewport", "iviewer"])
    def test_our_own(self, client, home, image, configured, name):
        """Also while the client that was chosen is not installed."""
        configured(image_page=name)
        answer = client.get(f"/webgateway/img_detail/{image('uint8.tif').pk}/")
        assert answer.status_code == 200
        assert b"Graticule</title>" in answer.content

    def test_people_log_in_first(self, client, install, image, configured):
        install()
        configured(image_page="viewport", anonymous_access=False)
        answer = client.get(f"/webgateway/img_detail/{image('uint8.tif').pk}/")
        assert answer["Location"].startswith("/webclient/login/?url=")


class TestFilters:
    @pytest.fixture
    def render(self):
        library = "graticule.web.clients.filters"
        engine = Engine(builtins=[library])
        return lambda text, **known: engine.from_string(text).render(Context(known))

    def test_json_ends_no_script(self, render):
        value = {"name": "</script><!-- & \u00e9", "n": [1, None]}
        text = render("{{ value|json_dumps }}", value=value)
        assert "<" not in text
        assert json.loads(text) == value

    def test_beginnings(self, render):
        assert render("{{ t|truncateafter:5 }}", t="abcde") == "abcde"
        assert render("{{ t|truncateafter:5 }}", t="abcdef") == "abcde..."

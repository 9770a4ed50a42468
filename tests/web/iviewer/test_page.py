"""The client's page and what it is told (contract clients 4, "Index page")."""

import json
import re

import pytest

TEMPLATE = """<script>{% for name, value in params.items %}
P['{{ name }}'] = "{{ value }}";{% endfor %}
</script>
<script src="{% static 'omero_iviewer/main.js' %}{{ iviewer_url_suffix }}"></script>
"""
LINE = re.compile(r"^P\['([A-Z0-9_]+)'\] = \"(.*)\";$", re.MULTILINE)


@pytest.fixture
def installed(catalog, tmp_path, configured):
    """A home with a client that says what it is told."""
    from graticule.services.clients import Installed, write_facts
    from graticule.web.clients.mounted import forget_mounted

    def install(*names):
        configured(home=tmp_path)
        for name in names:
            folder = tmp_path / "clients" / name
            page = folder / "templates" / "omero_iviewer" / "index.html"
            page.parent.mkdir(parents=True)
            page.write_text(TEMPLATE)
            write_facts(Installed(name, "0.19.1", "AGPL-3.0", folder))
        forget_mounted()

    yield install
    forget_mounted()


def told(answer):
    assert answer.status_code == 200
    return dict(LINE.findall(answer.content.decode()))


def test_it_works(installed, client):
    installed("iviewer")
    answer = client.get("/iviewer/?images=1,2&c=1|0:9$FF0000,-2&zm=100")
    assert told(answer) == {
        "IMAGES": "1,2",
        "C": "1|0:9$FF0000,-2",
        "ZM": "100",
        "VERSION": "0.19.1",
        "OMERO_VERSION": "5.6.0",
        "INTERPOLATE": "True",
        "WEBGATEWAY": "/webgateway/",
        "WEBCLIENT": "/webclient/",
        "WEB_API_BASE": "/api/v0/",
        "URI_PREFIX": "",
        "ROI_PAGE_SIZE": "500",
        "MAX_PROJECTION_BYTES": str(1 << 30),
        "MAX_ACTIVE_CHANNELS": "10",
        "NODEDESCRIPTORS": "None",
        "ROI_COLOR_PALETTE": "None",
        "SHOW_PALETTE_ONLY": "False",
        "ENABLE_MIRROR": "False",
    }
    assert client.cookies["csrftoken"].value  # contract clients 1.2
    assert '/static/omero_iviewer/main.js"' in answer.content.decode()


def test_says_where_figure_is(installed, client):
    installed("iviewer", "figure")
    assert told(client.get("/iviewer/"))["OMERO_FIGURE"] == "/figure/"


def test_queries_change_nothing_that_the_server_says(installed, client):
    installed("iviewer")
    query = {
        "webgateway": "https://elsewhere.example/",
        "OMERO_figure": "x",
        "images": '1\\"\n;</script>',
        "bad name": "1",
        "P['x']": "1",
    }
    found = told(client.get("/iviewer/", query))
    assert found["WEBGATEWAY"] == "/webgateway/"
    assert found["IMAGES"] == "1&quot;;&lt;/script&gt;"
    assert not {"BAD NAME", "P"} & set(found)


def test_without_the_client(installed, client):
    installed()
    answer = client.get("/iviewer/")
    assert answer.status_code == 404
    assert b"graticule client install iviewer" in answer.content
    # What it asks is answered all the same.
    assert json.loads(client.get("/iviewer/image_data/999999/").content)["message"]

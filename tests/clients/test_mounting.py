"""The files of installed clients below ``/static/``, on a real server."""

import httpx
import pytest


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("omero_iviewer/main.js", "text/javascript"),
        ("omero_figure/bootstrap-icons.css", "text/css"),
        ("webgateway/js/ome.viewport.js", "text/javascript"),
        ("webgateway/img/spacer.gif", "image/gif"),
        ("3rdparty/jquery-3.6.2.min.js", "text/javascript"),
        # Graticule's own are still there.
        ("graticule/css/base.css", "text/css"),
    ],
)
def test_files_are_served(served, fetched_clients, path, kind):
    answer = httpx.get(f"{served.url}/static/{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    if not path.startswith("graticule/"):
        (source,) = fetched_clients.glob(f"*/static/{path}")
        assert answer.content == source.read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "client.json",
        "templates/omero_iviewer/index.html",
        "omero_iviewer/index.html",
        "../templates/omero_iviewer/index.html",
        "%2e%2e/client.json",
    ],
)
def test_nothing_but_static_files_is(served, path):
    assert httpx.get(f"{served.url}/static/{path}").status_code == 404

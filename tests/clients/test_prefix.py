"""Clients behind a proxy that mounts the server below a path (``url_prefix``)."""

import http.client
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from tests.clients.conftest import log_in_at
from tests.clients.seen import decoded, wait_until_seen
from tests.served import serving

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]

PREFIX = "/images"
OWN = {"connection", "transfer-encoding", "keep-alive", "content-length"}


class Proxy(BaseHTTPRequestHandler):
    """Takes the prefix off, as nginx does (docs/guides/proxy.md)."""

    behind = ""

    def pass_on(self):
        if not self.path.startswith(f"{PREFIX}/"):
            # Other servers' pages; browsers look for an icon at the root.
            self.send_response(204 if self.path == "/favicon.ico" else 404)
            self.end_headers()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with closing(http.client.HTTPConnection(self.behind, timeout=30)) as server:
            server.request(
                self.command, self.path.removeprefix(PREFIX), body, dict(self.headers)
            )
            with server.getresponse() as answer:
                data = answer.read()
        # Browsers give many pictures up before they have come (contract 1.1).
        with suppress(ConnectionError):
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in OWN:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    do_GET = do_POST = pass_on  # noqa: N815

    def log_message(self, *words):
        """Say nothing."""


@pytest.fixture(scope="module")
def served(clients_home, tmp_path_factory):
    """A server that is told its prefix."""
    home = tmp_path_factory.mktemp("prefix")
    name = "graticule.sqlite3"
    with (
        sqlite3.connect(clients_home / name) as old,
        sqlite3.connect(home / name) as new,
    ):
        old.backup(new)
    old.close()
    new.close()
    shutil.copytree(clients_home / "clients", home / "clients")
    (home / "graticule.toml").write_text(f'url_prefix = "{PREFIX}"\n')
    with serving(home) as server:
        yield server


@pytest.fixture(scope="module")
def root(served):
    """The address of the server as people know it."""
    Proxy.behind = urlsplit(served.url).netloc
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = Thread(target=proxy.serve_forever)
    thread.start()
    yield f"http://localhost:{proxy.server_port}{PREFIX}"
    proxy.shutdown()
    thread.join()
    proxy.server_close()


def test_viewport(root, served, page):
    log_in_at(page, root)
    iid = served.image_id("mitosis_5d.ome.tif")
    page.goto(f"{root}/clients/viewport/{iid}/")
    image = page.locator("#weblitz-viewport-img")
    query = "c=1|0:4820$FF00FF,2|0:21118$00FF00&m=c&q=0.9"
    path = f"{root}/webgateway/render_image/{iid}/2/0/?{query}"
    wait_until_seen(page, image, decoded(page.request.get(path).body()))
    page.click("a:has-text('Edit')")
    page.click("#rd-wblitz-ch0")
    expect(image).to_have_attribute("src", re.compile(r"\?c=-1"))
    with page.expect_response(re.compile("saveImgRDef")) as saved:
        page.click("#rdef-setdef-btn")
    assert saved.value.status == 200
    assert urlsplit(saved.value.url).path.startswith(f"{PREFIX}/webgateway/")


def test_plate_panel(root, served, page):
    page.goto(f"{root}/plate/1/")
    page.goto(f"{root}/clients/viewport/plate/1/")
    well = page.locator("#spw td.well img").first
    expect(well).to_have_attribute("src", re.compile("^data:image/jpeg"))
    with page.context.expect_page() as opened:
        well.dblclick()
    assert urlsplit(opened.value.url).path.startswith(f"{PREFIX}/webclient/img_detail/")

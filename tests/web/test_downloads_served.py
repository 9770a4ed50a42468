"""Downloads from a real server: streams, ranges, cut connections (webgateway 11.4)."""

import io
import os
import socket
import subprocess
import time
import zipfile
from contextlib import ExitStack

import httpx
import numpy as np
import pytest
import tifffile
from tests.served import GRATICULE, environment, serving
from tests.web.test_downloads import zarr_folder

BASE = "/webgateway/archived_files/download/"
AT_ONCE = 8  # the setting's default


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server over two pictures too large for any buffer, and an OME-Zarr."""
    folder = tmp_path_factory.mktemp("originals") / "pictures"
    folder.mkdir()
    noise = np.random.default_rng(3).integers(0, 255, (3000, 8000), np.uint8)
    for name in ("one.tif", "two.tif"):
        tifffile.imwrite(folder / name, noise)
    zarr_folder(folder / "cells.zarr")
    home = tmp_path_factory.mktemp("home")
    scan = [*GRATICULE, "scan", str(folder)]
    subprocess.run(scan, env=environment(home), check=True, capture_output=True)
    # A system may hold more than a whole file for a client that does not read.
    small = httpx.HTTPTransport(
        socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)]
    )
    with (
        serving(home) as found,
        httpx.Client(base_url=found.url, timeout=30, transport=small) as client,
    ):
        yield client, folder, found.image_id


@pytest.fixture
def one(server):
    client, folder, image_id = server
    return client, folder / "one.tif", f"{BASE}{image_id('one.tif')}/"


def test_whole_file(one):
    client, path, url = one
    with client.stream("GET", url) as answer:
        assert answer.status_code == 200
        assert int(answer.headers["Content-Length"]) == path.stat().st_size
        assert b"".join(answer.iter_bytes()) == path.read_bytes()


def test_taken_up_again(one):
    client, path, url = one
    with client.stream("GET", url) as answer:
        beginning = next(answer.iter_bytes(300_000))
        etag = answer.headers["ETag"]
    headers = {"Range": f"bytes={len(beginning)}-", "If-Range": etag}
    rest = client.get(url, headers=headers)
    assert rest.status_code == 206
    assert beginning + rest.content == path.read_bytes()


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=1000-1999", slice(1000, 2000)), ("bytes=-500", slice(-500, None))],
)
def test_ranges(one, asked, part):
    client, path, url = one
    answer = client.get(url, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == path.read_bytes()[part]


def test_a_range_behind_the_end(one):
    client, path, url = one
    size = path.stat().st_size
    answer = client.get(url, headers={"Range": f"bytes={size}-"})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_several(server):
    client, folder, image_id = server
    ids = [image_id(name) for name in ("one.tif", "cells.zarr", "two.tif")]
    query = "&".join(f"image={number}" for number in ids)
    answer = client.get(f"{BASE}?{query}&zipname=all")
    assert 'filename="all.zip"' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        for name in ("one.tif", "two.tif", "cells.zarr/.zattrs", "cells.zarr/0/0/1"):
            assert archive.read(name) == (folder / name).read_bytes()


def test_changed_on_the_way(one):
    client, path, url = one
    before = path.stat()
    try:
        with client.stream("GET", url) as answer:
            pieces = answer.iter_bytes(1000)
            next(pieces)
            os.utime(path)
            with pytest.raises(httpx.RemoteProtocolError):
                list(pieces)
    finally:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert len(client.get(url).content) == before.st_size


def test_vanished_on_the_way(server):
    client, folder, image_id = server
    query = f"image={image_id('one.tif')}&image={image_id('two.tif')}"
    hidden = folder / "two"
    data = io.BytesIO()
    try:
        with client.stream("GET", f"{BASE}?{query}") as answer:
            pieces = answer.iter_bytes(1000)
            data.write(next(pieces))
            (folder / "two.tif").rename(hidden)
            for piece in pieces:
                data.write(piece)
    finally:
        hidden.rename(folder / "two.tif")
    assert not zipfile.is_zipfile(data)


def test_slow_clients_do_not_stop_others(one):
    client, path, url = one
    with ExitStack() as slow:
        for _ in range(AT_ONCE):
            answer = slow.enter_context(client.stream("GET", url))
            assert answer.status_code == 200
        # It would never come while they are there.
        picture = client.get(url.replace("archived_files/download", "imgData"))
        assert picture.status_code == 200
        refused = client.get(url)
        assert refused.status_code == 503
        assert "Retry-After" in refused.headers
    # Given up, each frees its place.
    for _ in range(100):
        answer = client.get(url)
        if answer.status_code == 200:
            break
        time.sleep(0.1)
    assert answer.content == path.read_bytes()

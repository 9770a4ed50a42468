"""Uploads over a real server: cut off anywhere, resumed, and made into images."""

import http.client
import json
import re
import socket
import sqlite3
import subprocess
import urllib.error
import urllib.request
from base64 import b64encode
from http.cookiejar import CookieJar
from pathlib import Path
from shutil import copytree
from urllib.parse import urlencode, urlsplit

import numpy as np
import pytest
import tifffile
from tests.served import GRATICULE, environment, serving

PASSWORD = "correct horse battery"
TUS = {"Tus-Resumable": "1.0.0"}
PIECES = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A dataset of Alice's in a group with Bob; nobody serves it yet."""
    base = tmp_path_factory.mktemp("uploads")
    home, folder = base / "home", base / "files" / "cells"
    folder.mkdir(parents=True)
    tifffile.imwrite(folder / "first.tif", np.zeros((20, 30), np.uint8))

    def run(*words, typed=""):
        subprocess.run(
            [*GRATICULE, *words],
            env=environment(home),
            input=typed,
            text=True,
            check=True,
            capture_output=True,
        )

    for name in ("alice", "bob"):
        run("user", "add", name, "--group", "lab", typed=f"{PASSWORD}\n{PASSWORD}\n")
    run("scan", str(folder.parent), "--owner", "alice", "--group", "lab")
    return home


@pytest.fixture(scope="module")
def server(home):
    """A server with a worker for jobs; uploads lie beside its home."""
    with serving(
        home,
        embedded_worker="true",
        job_slots="2",
        upload_dir=str(home.parent / "up"),
        workers="2",
    ) as served:
        yield served


class Person:
    """Somebody logged in, with plain HTTP."""

    def __init__(self, server, name):
        self.url = server.url
        self.jar = CookieJar()
        opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.jar)
        )
        opener.open(f"{self.url}/webclient/login/")
        form = {
            "username": name,
            "password": PASSWORD,
            "csrfmiddlewaretoken": self.cookie("csrftoken"),
        }
        opener.open(f"{self.url}/webclient/login/", urlencode(form).encode())
        self.opener = opener

    def cookie(self, name):
        return next(cookie.value for cookie in self.jar if cookie.name == name)

    def headers(self, **more):
        cookies = "; ".join(f"{each.name}={each.value}" for each in self.jar)
        token = self.cookie("csrftoken")
        return {"Cookie": cookies, "X-CSRFToken": token} | TUS | more

    def ask(self, method, path, data=None, **headers):
        url = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(
            url, data, self.headers(**headers), method=method
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def create(self, name, size, **said):
        metadata = ",".join(
            f"{key} {b64encode(str(value).encode()).decode()}"
            for key, value in {"filename": name, **said}.items()
        )
        status, headers, body = self.ask(
            "POST",
            "/upload/",
            **{"Upload-Length": str(size), "Upload-Metadata": metadata},
        )
        assert status == 201, body
        return headers["Location"]

    def offset(self, url):
        status, headers, _ = self.ask("HEAD", url)
        assert status == 200
        return int(headers["Upload-Offset"])

    def patch(self, url, offset, data):
        return self.ask("PATCH", url, data, **PIECES, **{"Upload-Offset": str(offset)})

    def send_some(self, url, offset, data, sent):
        """Promise all of some data, send a part, and be cut off."""
        place = urlsplit(self.url)
        with socket.create_connection((place.hostname, place.port)) as line:
            head = [f"PATCH {urlsplit(url).path} HTTP/1.1", f"Host: {place.netloc}"]
            headers = self.headers(
                **PIECES,
                **{"Upload-Offset": str(offset), "Content-Length": str(len(data))},
            )
            head += [f"{name}: {value}" for name, value in headers.items()]
            line.sendall("\r\n".join([*head, "", ""]).encode() + data[:sent])
            # What is on its way arrives, then nothing more.
            line.shutdown(socket.SHUT_WR)
            line.settimeout(20)
            line.recv(65536)


@pytest.fixture(scope="module")
def alice(server):
    return Person(server, "alice")


@pytest.fixture(scope="module")
def dataset(server):
    return rows(server, "SELECT id FROM catalog_dataset")[0][0]


def rows(server, sql, *values):
    with sqlite3.connect(server.home / "graticule.sqlite3") as database:
        return database.execute(sql, values).fetchall()


def ended(person, url):
    """Wait for a job; give its phase and what it said."""
    for _ in range(60):
        _, _, body = person.ask("GET", f"{url}?WAIT=10", Accept="application/json")
        found = json.loads(body)
        if found["phase"] in {"COMPLETED", "ERROR", "ABORTED"}:
            return found
    raise AssertionError(found)


def whole(folder, name):
    (found,) = Path(folder).rglob(name)
    return found.read_bytes()


def test_the_server_is_killed_half_way(home, tmp_path):
    """Whatever a worker was doing when it was killed, what is here is right."""
    home = copytree(home, tmp_path / "home")
    data = np.random.default_rng(6).bytes(5_000_000)
    with serving(home) as server:
        alice = Person(server, "alice")
        dataset = rows(server, "SELECT id FROM catalog_dataset")[0][0]
        url = alice.create("data.bin", len(data), dataset=dataset)
        place = urlsplit(server.url)
        line = http.client.HTTPConnection(place.hostname, place.port)
        headers = alice.headers(**PIECES, **{"Upload-Offset": "0"})
        line.putrequest("PATCH", urlsplit(url).path)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            line.putheader(name, value)
        line.endheaders()
        line.send(data[:3_500_000])
        wait_for(lambda: alice.offset(url), 3 << 20)
        # The server ends here, in the middle of it.
    line.close()
    with serving(home) as server:
        alice = Person(server, "alice")
        offset = alice.offset(urlsplit(url).path)
        assert 3 << 20 <= offset <= 3_500_000
        assert alice.patch(urlsplit(url).path, offset, data[offset:])[0] == 204
        assert whole(home / "uploads", "data.bin") == data


def test_cut_off_again_and_again_and_still_the_same(server, alice, dataset, tmp_path):
    """The story of one large image over a bad line."""
    blocks = np.random.default_rng(5).integers(0, 60_000, (15, 19), np.uint16)
    pixels = np.kron(blocks, np.ones((100, 100), np.uint16))
    tifffile.imwrite(tmp_path / "big.tif", pixels)
    data = (tmp_path / "big.tif").read_bytes()
    url = alice.create("big.tif", len(data), dataset=dataset)
    for sent in (0, 1, 300_000, 1 << 20, 1_700_001):
        offset = alice.offset(url)
        alice.send_some(url, offset, data[offset:], sent)
        now = wait_for(lambda before=offset: alice.offset(url), offset + sent)
        assert now == offset + sent
    offset = alice.offset(url)
    # One byte off is refused, and harms nothing.
    assert alice.patch(url, offset - 1, data[offset - 1 :])[0] == 409
    assert alice.patch(url, offset, data[offset:])[0] == 204
    ((job,),) = rows(server, "SELECT id FROM jobs_job ORDER BY created DESC LIMIT 1")
    assert ended(alice, f"/services/import/async/{job}")["phase"] == "COMPLETED"
    assert whole(server.home.parent / "up", "big.tif") == data
    ((image, owner),) = rows(
        server,
        "SELECT i.id, p.username FROM catalog_image i "
        "JOIN catalog_dataset_images d ON d.image_id = i.id "
        "JOIN catalog_person p ON p.id = i.owner_id "
        "WHERE i.name = 'big.tif' AND d.dataset_id = ?",
        dataset,
    )
    assert owner == "alice"
    # It is served as any other: the pixels, the file, and to nobody else.
    status, headers, picture = alice.ask(
        "GET", f"/webgateway/render_image/{image}/0/0/?c=1|0:60000$FFFFFF&m=g"
    )
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    shown = np.asarray(_opened(picture).convert("L"), int)
    assert shown.shape == pixels.shape
    middles = shown[50::100, 50::100]
    assert np.abs(middles - blocks / 60_000 * 255).max() <= 4
    _, _, original = alice.ask("GET", f"/webgateway/archived_files/download/{image}/")
    assert original == data
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"{server.url}/webgateway/render_image/{image}/0/0/")


def _opened(data):
    import io

    from PIL import Image

    return Image.open(io.BytesIO(data))


def wait_for(ask, wanted):
    """Ask until what was on its way has been written."""
    for _ in range(200):
        found = ask()
        if found >= wanted:
            break
    return found


def test_two_at_once_at_one_place(server, alice, dataset):
    """Two tabs send the same file: one of them is told, the file is right."""
    from threading import Thread

    data = np.random.default_rng(7).bytes(4_000_000)
    url = alice.create("twice.bin", len(data), dataset=dataset)
    statuses = []

    def send():
        try:
            statuses.append(alice.patch(url, 0, data)[0])
        except OSError:
            # Refused while it was still sending: the line was closed.
            statuses.append(409)

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {204, 409}
    for _ in range(10):
        offset = alice.offset(url)
        if offset == len(data):
            break
        alice.patch(url, offset, data[offset:])
    assert whole(server.home.parent / "up", "twice.bin") == data


def test_slow_senders_keep_nobody_waiting(server, alice, dataset):
    """As many uploads as may be hang; pages are answered all the same."""
    data = b"x" * 100
    place = urlsplit(server.url)
    lines = []
    for number in range(8):
        url = alice.create(f"slow{number}.bin", len(data), dataset=dataset)
        line = socket.create_connection((place.hostname, place.port))
        head = [f"PATCH {urlsplit(url).path} HTTP/1.1", f"Host: {place.netloc}"]
        more = {"Upload-Offset": "0", "Content-Length": "100"}
        headers = alice.headers(**PIECES, **more)
        head += [f"{name}: {value}" for name, value in headers.items()]
        line.sendall("\r\n".join([*head, "", ""]).encode() + b"x")
        lines.append(line)
    for _ in range(4):
        with urllib.request.urlopen(f"{server.url}/webgateway/", timeout=20) as answer:
            assert answer.status == 200
    for line in lines:
        line.close()


def test_nobody_else_may(server, alice, dataset):
    bob = Person(server, "bob")
    url = alice.create("mine.bin", 10, dataset=dataset)
    assert bob.ask("HEAD", url)[0] == 404
    assert bob.patch(url, 0, b"0123456789")[0] == 404
    assert alice.offset(url) == 0
    with pytest.raises(AssertionError, match=re.escape("dataset")):
        bob.create("his.bin", 10, dataset=dataset)

"""``graticule client``: wheels made here are installed, listed and removed."""

import json
import stat
import subprocess
import sys
import zipfile

import pytest

from graticule.services import client_wheels
from graticule.services.clients import CLIENTS, known_client

METADATA = (
    "Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nLicense: AGPL-3.0\n"
)
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GRATICULE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def wheel(tmp_path):
    """Make a wheel of a client with some files more."""

    def make(files=(), *, name="OMERO_iviewer", version="0.19.1", links=()):
        path = tmp_path / f"omero_iviewer-{version}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, text in {
                "omero_iviewer/__init__.py": "raise SystemExit('code was run')",
                "omero_iviewer/static/omero_iviewer/main.js": f"// {version}",
                "omero_iviewer/templates/omero_iviewer/index.html": "<p>{{ it }}",
                f"omero_iviewer-{version}.dist-info/licenses/LICENSE": "AGPL text",
                f"omero_iviewer-{version}.dist-info/METADATA": METADATA.format(
                    name=name, version=version
                ),
                f"omero_iviewer-{version}.dist-info/WHEEL": WHEEL,
                f"omero_iviewer-{version}.dist-info/RECORD": "",
                **dict(files),
            }.items():
                archive.writestr(member, text)
            for member in links:
                link = zipfile.ZipInfo(member)
                link.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(link, "/etc/passwd")
        return path

    return make


def files_of(folder):
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
    )


class TestInstall:
    def test_it_works(self, run, home, wheel):
        result = run("client", "install", "iviewer", "--file", str(wheel()))
        assert result.exit_code == 0
        assert "Installed omero-iviewer 0.19.1, licence AGPL-3.0." in result.output
        assert "/iviewer/?images=ID" in result.output
        assert "started again" in result.output
        # What browsers load, the pages and the licence; no Python code.
        assert files_of(home) == [
            "clients/iviewer/LICENSE",
            "clients/iviewer/client.json",
            "clients/iviewer/static/omero_iviewer/main.js",
            "clients/iviewer/templates/omero_iviewer/index.html",
        ]
        facts = json.loads((home / "clients/iviewer/client.json").read_text())
        assert facts["version"] == "0.19.1"

    def test_again_replaces_it_whole(self, run, home, wheel):
        more = {"omero_iviewer/static/omero_iviewer/old.js": ""}
        old = wheel(more, version="0.18.0")
        result = run("client", "install", "iviewer", "--file", str(old))
        assert "tried with 0.19.1, not with this one" in result.output
        assert (home / "clients/iviewer/static/omero_iviewer/old.js").exists()
        run("client", "install", "iviewer", "--file", str(wheel()))
        static = home / "clients/iviewer/static/omero_iviewer"
        assert files_of(static) == ["main.js"]
        assert (static / "main.js").read_text() == "// 0.19.1"
        # Nothing is left of what was written aside.
        assert [path.name for path in (home / "clients").iterdir()] == ["iviewer"]

    def test_unknown_name(self, run, home):
        result = run("client", "install", "viewer")
        assert result.exit_code == 1
        assert "no client viewer; there are iviewer, figure, viewport" in result.output

    def test_version_of_a_file(self, run, home, wheel):
        options = ("--version", "1.0", "--file", str(wheel()))
        result = run("client", "install", "iviewer", *options)
        assert result.exit_code == 2
        assert "--version is for fetching" in result.output


@pytest.fixture
def refused(run, home):
    """Install a file that must be refused, leaving what was there as it was."""

    def check(path, said, name="iviewer"):
        before = files_of(home)
        result = run("client", "install", name, "--file", str(path))
        assert result.exit_code == 1
        assert said in result.output
        assert str(path.name) in result.output
        assert "Traceback" not in result.output
        assert files_of(home) == before

    return check


class TestBadWheels:
    @pytest.mark.parametrize(
        "member",
        [
            "omero_iviewer/static/../../../../escaped.js",
            "/omero_iviewer/static/escaped.js",
            "omero_iviewer/static/..\\..\\escaped.js",
        ],
    )
    def test_outside_its_folder(self, refused, run, wheel, tmp_path, member):
        run("client", "install", "iviewer", "--file", str(wheel()))
        refused(wheel({member: "x"}), "outside its folder")
        assert not list(tmp_path.rglob("escaped.js"))

    def test_links(self, refused, wheel):
        bad = wheel(links=["omero_iviewer/static/omero_iviewer/passwd"])
        refused(bad, "outside its folder")

    def test_bomb(self, refused, run, wheel):
        run("client", "install", "iviewer", "--file", str(wheel()))
        zeros = b"\0" * (client_wheels.MOST_BYTES + 1)
        bomb = wheel({"omero_iviewer/static/omero_iviewer/big.js": zeros})
        assert bomb.stat().st_size < 1 << 20
        refused(bomb, "more than 256 MiB or 10,000 files")

    def test_too_many_files(self, refused, wheel):
        many = {
            f"omero_iviewer/static/omero_iviewer/{n}.js": ""
            for n in range(client_wheels.MOST_FILES)
        }
        refused(wheel(many), "more than 256 MiB or 10,000 files")

    def test_wheel_of_something_else(self, refused, wheel):
        said = "a wheel of numpy; the client iviewer comes as omero-iviewer"
        refused(wheel(name="numpy"), said)

    def test_no_static_files(self, refused, tmp_path):
        path = tmp_path / "omero_figure-9.0-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(
                "omero_figure-9.0.dist-info/METADATA", "Name: omero-figure"
            )
        refused(path, "keeps its pages elsewhere than 8.0.1", "figure")

    def test_no_wheel_at_all(self, refused, tmp_path):
        path = tmp_path / "omero_iviewer-0.19.1-py3-none-any.whl"
        path.write_bytes(b"<html>404</html>")
        refused(path, "no sound wheel")

    def test_damaged(self, refused, wheel):
        path = wheel({"omero_iviewer/static/omero_iviewer/big.js": "x y z" * 50_000})
        data = bytearray(path.read_bytes())
        place = data.index(b"big.js") + 40
        data[place : place + 20] = b"\xff" * 20
        path.write_bytes(data)
        refused(path, "no sound wheel")

    def test_other_zip(self, refused, tmp_path):
        path = tmp_path / "photos.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.txt", "a")
        refused(path, "this is no wheel")


class TestFetching:
    def test_by_the_users_own_index(self, run, home, wheel, tmp_path, monkeypatch):
        """Pip is asked, with the user's configuration: here a folder of wheels."""
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(wheel().parent))
        result = run("client", "install", "iviewer")
        assert result.exit_code == 0
        assert (home / "clients/iviewer/static/omero_iviewer/main.js").exists()

    def test_version_that_is_not_there(self, run, home, tmp_path, monkeypatch):
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        result = run("client", "install", "figure", "--version", "7.0.0")
        assert result.exit_code == 1
        assert "could not fetch omero-figure==7.0.0" in result.output
        assert "--file WHEEL" in result.output
        assert files_of(home) == []

    @pytest.mark.parametrize("version", ["--index-url=x", "@ file:///etc/passwd", ""])
    def test_odd_versions(self, run, home, monkeypatch, version):
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        result = run("client", "install", "figure", f"--version={version}")
        assert result.exit_code == 1
        assert "could not fetch omero-figure==" in result.output

    def test_without_pip(self, home, tmp_path):
        """An environment that has no pip says what to do."""
        program = (
            "import sys; sys.modules['pip'] = None\n"
            "from graticule.cli.main import main\n"
            "main(['client', 'install', 'iviewer'])"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        assert "pip is missing" in done.stderr
        assert "ensurepip" in done.stderr
        assert "--file WHEEL" in done.stderr


class TestList:
    def test_says_what_is_there(self, run, home, wheel):
        run("client", "install", "iviewer", "--file", str(wheel(version="0.18.0")))
        lines = run("client", "list").output.splitlines()
        assert lines[0].split()[:3] == ["iviewer", "0.18.0", "installed"]
        assert "tried with omero-iviewer 0.19.1" in lines[1]
        assert lines[2].split()[:3] == ["figure", "not", "installed"]
        assert len(lines) == 2 * len(CLIENTS)

    def test_broken_notes_name_the_remedy(self, run, home):
        folder = home / "clients/figure"
        folder.mkdir(parents=True)
        (folder / "client.json").write_text("{")
        result = run("client", "list")
        assert result.exit_code == 1
        assert "graticule client install figure" in result.output


class TestRemove:
    def test_it_works(self, run, home, wheel):
        run("client", "install", "iviewer", "--file", str(wheel()))
        result = run("client", "remove", "iviewer")
        assert result.output.startswith("Removed iviewer.")
        assert files_of(home) == []

    def test_what_is_not_there(self, run, home):
        result = run("client", "remove", "iviewer")
        assert result.exit_code == 1
        assert "iviewer is not installed" in result.output

    def test_no_other_folder(self, run, home):
        (home / "clients/precious").mkdir(parents=True)
        for name in ("precious", "..", "../.."):
            assert run("client", "remove", name).exit_code == 1
        assert (home / "clients/precious").exists()


def test_help_says_whose_they_are(run):
    text = run("client", "--help").output
    assert "AGPL" in text
    assert "no part of Graticule" in text
    for client in CLIENTS:
        assert client.name in run("client", "install", "--help").output


def test_known_versions_are_those_of_the_contract():
    """Contract clients: viewport 5.33, iviewer 0.19.1, figure 8.0.1."""
    versions = {client.name: client.version for client in CLIENTS}
    assert versions["iviewer"] == "0.19.1"
    assert versions["figure"] == "8.0.1"
    assert versions["viewport"].startswith("5.33.")
    assert known_client("viewport").distribution == "omero-web"

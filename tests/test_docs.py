"""The documentation builds without a warning, offline, and says everything."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from graticule.cli.main import COMMANDS
from graticule.config.settings import SETTINGS

ROOT = Path(__file__).parent.parent
FETCHED = re.compile(r"<(?:script|img|iframe)[^>]* src=\"?(https?:)?//|@import url")
STYLE = re.compile(r"<link[^>]*rel=\"?(?:stylesheet|preconnect|icon)[^>]*")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build in a process of its own: other people's code warns a lot."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_pages_load_nothing_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 12
    for page in pages:
        text = page.read_text("utf-8")
        assert not FETCHED.search(text), page
        assert not [tag for tag in STYLE.findall(text) if "//" in tag], page


def test_every_command_is_told(site):
    text = (site / "reference" / "commands.html").read_text("utf-8")
    for name in COMMANDS:
        assert f'id="graticule-{name}"' in text
    assert "graticule user token" in text


def test_every_setting_is_told(site):
    text = (site / "reference" / "settings.html").read_text("utf-8")
    for setting in SETTINGS:
        assert f'id="{setting.name}"' in text
        assert setting.variable in text
    # A page must not tell whose machine it was made on.
    assert str(Path.home()) not in text


def test_every_error_is_told(site):
    text = (site / "reference" / "errors.html").read_text("utf-8")
    for name in ("GraticuleError", "CorruptFileError", "NotPermittedError"):
        assert f"<code>{name}</code>" in text


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(name):
    links = LINK.findall((ROOT / name).read_text("utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []

"""The wheel holds every file, and works where it is put."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src"

pytestmark = pytest.mark.slow


def run(*words, **more):
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, **more
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return path


def test_every_file_is_inside(wheel):
    wanted = {
        path.relative_to(SOURCE).as_posix()
        for path in (SOURCE / "graticule").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    assert wanted - inside == set()
    suffixes = {Path(name).suffix for name in wanted}
    assert {".py", ".html", ".js", ".css", ".svg", ".lut", ".typed"} <= suffixes


def test_nothing_else_is_inside(wheel):
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        names = archive.namelist()
    assert len(tops) == 2
    assert "graticule" in tops
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "__pycache__" in name]


def test_it_runs_from_where_it_was_put(wheel, tmp_path):
    run(
        *("-m", "pip", "--disable-pip-version-check", "install", "-q", "--no-deps"),
        *("--no-index", "--target", tmp_path, wheel),
    )
    here = {**os.environ, "PYTHONPATH": str(tmp_path)}
    told = run(
        "-c",
        "import graticule; print(graticule.__file__, graticule.__version__)",
        cwd=tmp_path,
        env=here,
    )
    file, version = told.split()
    assert Path(file).is_relative_to(tmp_path)
    said = run(tmp_path / "bin" / "graticule", "--version", cwd=tmp_path, env=here)
    assert said.endswith(version)

"""The same tests on PostgreSQL: a server of its own, thrown away afterwards."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

ROOT = Path(__file__).parents[1]
PIXELS_AND_PROCESSES = (
    *("render_image", "render_image_rdef", "render_image_region", "split_channel"),
    *("line_plots", "roi_pictures", "histogram_json", "measure", "exports"),
    *("downloads_served", "upload_served", "openapi_tried", "true_statuses"),
)
ASTRONOMY = tuple(
    f"tests/web/{name}"
    for name in ("datalink", "examples", "sia", "sky", "tap", "vosi")
)
# Each on a server of its own, so that they can run side by side.
PARTS = {
    "catalogue, services, commands": (
        *("tests/catalog", "tests/services", "tests/cli"),
        # These ask no table.
        *("--ignore=tests/services/exports", "--ignore=tests/services/tables"),
        "--ignore=tests/services/adql",
    ),
    "web": (
        *("tests/web", "--ignore=tests/web/api", "--ignore=tests/web/uws"),
        # These look at pixels, at processes, or at every address once more.
        *(f"--ignore=tests/web/test_{name}.py" for name in PIXELS_AND_PROCESSES),
        *(f"--ignore={folder}" for folder in ASTRONOMY),
    ),
    "astronomy over HTTP": ASTRONOMY,
    "JSON API, jobs over HTTP": ("tests/web/api", "tests/web/uws"),
    "jobs": ("tests/jobs",),
}
# Slow ones and those over the real files look at pixels and processes.
FEWER = ("-m", "not slow and not shared_data")
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
PORT = 5432
"""Names the socket's file only: nothing listens on the network."""


def _programs() -> Path | None:
    """Find the folder of the newest PostgreSQL that is installed."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None


def _run(*command: str | Path) -> None:
    """Run a program of PostgreSQL, which refuses to be root."""
    whole = [str(part) for part in command]
    if os.geteuid() == 0:
        whole = ["runuser", "-u", "postgres", "--", *whole]
    # pg_ctl leaves the server running; it must not hold our pipe open.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            whole, stdout=output, stderr=output, cwd="/", check=False, timeout=120
        )
        output.seek(0)
        said = output.read().decode(errors="replace")
    assert done.returncode == 0, f"{' '.join(whole)}\n{said}"


def _connected(folder: Path, name: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(folder), port=PORT, user="graticule", dbname=name, autocommit=True
    )


@pytest.fixture
def server() -> Iterator[Path]:
    """Start a server; give the folder of its socket."""
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL programs here (Debian: apt install postgresql)")
    # Not pytest's folder: the server's user must get in, and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="graticule-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        _run(
            *(programs / "initdb", "--pgdata", data, "--username", "graticule"),
            *("--auth", "trust", "--encoding", "UTF8", "--no-sync"),
        )
        # What a crash would lose does not matter.
        options = (
            f"-c listen_addresses= -c unix_socket_directories={folder} -c port={PORT} "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        )
        control = (programs / "pg_ctl", "--pgdata", data, "--wait")
        _run(*control, "--log", folder / "log", "--options", options, "start")
        try:
            with _connected(folder, "postgres") as connection:
                connection.execute("CREATE DATABASE graticule_gw0")
            yield folder
        finally:
            _run(*control, "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("part", PARTS)
def test_the_same_on_postgresql(server, part):
    socket = str(server).replace("/", "%2F")
    url = f"postgresql://graticule@{socket}:{PORT}/graticule"
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GRATICULE_", "PYTEST_", "DJANGO_"))
    }
    done = subprocess.run(
        [*PYTEST, *PARTS[part], *(FEWER if part != "jobs" else ())],
        cwd=ROOT,
        env=environment | {"GRATICULE_TEST_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=2400,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    with _connected(server, "graticule_gw0") as connection:
        # It was this database that they ran on: their tables are left in it.
        assert connection.execute("SELECT count(*) FROM catalog_person").fetchone()

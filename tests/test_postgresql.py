"""What could differ between the databases, once more on PostgreSQL.

A server of its own, thrown away afterwards. Run again is what leans on the database:

- its own SQL: tables, constraints, triggers, search, published copies, claims of jobs;
- locks and transactions: whatever writes, above all where several write at once or
  where a refused row must not spoil the rest of a transaction;
- order, capital letters, accents, counts: lists, filters, names of people;
- what only PostgreSQL refuses: long texts, zero bytes, numbers beyond a column;
- the one rule of visibility, through every address that asks for rows.

Left out is what gives both databases the same plain questions: pixels, pictures and
their grammar, files and archives, kinds of jobs (what they compute), executors,
documents and forms, real servers and browsers, real files.
"""

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
# Each in a process and a database of its own.
PARTS = {
    "catalogue": (
        "tests/catalog",
        "tests/services/published",
        *(
            f"tests/services/test_{name}.py"
            for name in (
                *("annotating", "attachments", "browse", "notifying", "organising"),
                *("plate_values", "scan", "scan_deleted", "scan_metadata"),
                *("scan_observations", "search", "search_filters", "uploading"),
                "versions",
            )
        ),
        *(f"tests/cli/test_{name}.py" for name in ("check", "jobs", "table", "user")),
        *("-m", "not slow and not shared_data"),
    ),
    "doors": (
        *(f"tests/web/api/test_{name}.py" for name in ("lists", "saving", "urls")),
        "tests/web/browse",
        "tests/web/figure/test_figures.py",
        "tests/web/iviewer/test_persist_rois.py",
        "tests/web/regions/test_regions.py",
        "tests/web/sia/test_query.py",
        "tests/web/tap/test_rows.py",
        "tests/web/vosi/test_tables.py",
        *(
            f"tests/web/test_{name}.py"
            for name in (
                *("account", "administration", "annotate", "annotate_table"),
                *("annotate_thing", "failed_logins", "lists", "login", "organise"),
                *("permissions", "permissions_of_changes", "plate_grid", "plates"),
                *("rendering_settings", "rendering_settings_copied", "rois", "search"),
                *("seek", "seek_sky", "share", "spread", "su", "upload", "wells"),
            )
        ),
        *("-m", "not slow and not shared_data"),
    ),
    "jobs": (
        *(
            f"tests/jobs/test_{name}.py"
            for name in (
                *("attempts", "looking", "races", "requests", "runner"),
                "runners_lost",
            )
        ),
        *(
            f"tests/jobs/test_faults.py::test_{name}"
            for name in (
                "processes_and_runners_killed_at_random_under_load",
                "locked_tables_delay_jobs_and_lose_none",
                "parameters_arrive_as_they_were",
                "many_aborted_and_deleted_at_any_moment",
                "a_job_of_a_runner_that_hangs_is_given_up",
            )
        ),
        *(f"tests/web/uws/test_{name}.py" for name in ("access", "lists", "phases")),
    ),
}
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


@pytest.fixture(scope="module")
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
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off"
        )
        control = (programs / "pg_ctl", "--pgdata", data, "--wait")
        _run(*control, "--log", folder / "log", "--options", options, "start")
        try:
            yield folder
        finally:
            _run(*control, "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("part", PARTS)
def test_the_same_on_postgresql(server, part):
    with _connected(server, "postgres") as connection:
        connection.execute(f"CREATE DATABASE {part}_gw0")
    socket = str(server).replace("/", "%2F")
    url = f"postgresql://graticule@{socket}:{PORT}/{part}"
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GRATICULE_", "PYTEST_", "DJANGO_"))
    }
    done = subprocess.run(
        [*PYTEST, *PARTS[part]],
        cwd=ROOT,
        env=environment | {"GRATICULE_TEST_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    with _connected(server, f"{part}_gw0") as connection:
        # It was this database that they ran on: their tables are left in it.
        assert connection.execute("SELECT count(*) FROM catalog_person").fetchone()

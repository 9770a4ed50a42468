"""Clients and checkers from outside: STILTS, pyvo (contract uws 23)."""

import gc
import re
import shutil
import subprocess
import warnings

import httpx
import pytest
import pyvo
from tests.served import GRATICULE, environment, started
from tests.web.uws.serving import until_available

# pyvo leaves connections open.
pytestmark = [
    pytest.mark.stilts,
    pytest.mark.skipif(not shutil.which("stilts"), reason="stilts is not installed"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
STAGES = "TMV AVV CPV CAP TME TMS TMC QGE QPO QAS UWS MDQ OBS UPL EXA"
# Warnings that remain, by the kind of message, and why.
EXPLAINED = {
    # jobInfo holds what a service likes (UWS 1.1, 2.2.2.5); ours is the progress.
    "W-UWS-UNSC",
}


@pytest.fixture(scope="module")
def tap(shared_data, tmp_path_factory):
    """A server over FITS files, with a worker: the address of its TAP."""
    home = tmp_path_factory.mktemp("tap-home")
    env = environment(home) | {
        "GRATICULE_DATABASE_URL": "",
        "GRATICULE_EMBEDDED_WORKER": "true",
        "GRATICULE_TAP_UPLOADS_INSIDE": "true",
    }
    scan = [*GRATICULE, "scan", str(shared_data / "fits")]
    subprocess.run(scan, env=env, check=True, capture_output=True)
    with started(env) as address:
        until_available(f"{address}/tap")
        yield f"{address}/tap"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def stilts(*words):
    done = subprocess.run(
        ["stilts", *words], check=False, capture_output=True, text=True, timeout=300
    )
    return done.stdout + done.stderr


def test_taplint_finds_no_fault(tap):
    said = stilts("taplint", f"tapurl={tap}", f"stages={STAGES}", "report=EWF")
    assert "Errors: 0" in said, said
    assert "Failures: 0" in said, said
    warned = set(re.findall(r"^(W-\w+-\w+)-\d+", said, re.MULTILINE))
    assert warned <= EXPLAINED, said


@pytest.mark.parametrize("form", ["votable", "votable/td"])
def test_votlint_finds_no_fault_with_answers(tap, tmp_path, form):
    query = "SELECT * FROM ivoa.obscore"
    given = {"LANG": "ADQL", "QUERY": query, "FORMAT": form}
    answer = httpx.post(f"{tap}/sync", data=given)
    path = tmp_path / "answer.vot"
    path.write_bytes(answer.content)
    said = stilts("votlint", f"votable={path}")
    assert not re.search("ERROR|WARNING", said), said


def test_tapquery_asks_in_both_ways_and_sends_a_table(tap, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text("n,word\n1,one\n2,two\n")
    for sync in ("true", "false"):
        out = tmp_path / f"{sync}.csv"
        said = stilts(
            *("tapquery", f"tapurl={tap}", f"sync={sync}", "nupload=1"),
            *(f"upload1={mine}", "ufmt1=csv", "upname1=mine"),
            *("adql=SELECT word FROM TAP_UPLOAD.mine WHERE n = 2", f"out={out}"),
        )
        assert out.is_file(), said
        assert out.read_text().split() == ["word", "two"]


def test_pyvo_asks_in_both_ways(tap):
    from astropy.table import Table

    service = pyvo.dal.TAPService(tap)
    found = service.search("SELECT * FROM ivoa.obscore")
    assert len(found) > 5
    assert all("/datalink/links?ID=" in row["access_url"] for row in found)
    links = list(found.iter_datalinks())
    this = [[row.semantics for row in each].count("#this") for each in links]
    assert this == [1] * len(found)
    assert len(service.search("SELECT * FROM ivoa.obscore", maxrec=2)) == 2
    assert "ivoa.obscore" in service.tables
    mine = Table({"n": [1, 2, 3], "x": [0.5, 1.5, 2.5]})
    query = "SELECT n, x FROM TAP_UPLOAD.mine WHERE x > 1"
    for asked in (service.search, service.run_async):
        rows = asked(query, uploads={"mine": mine})
        assert [int(row["n"]) for row in rows] == [2, 3]
    job = service.submit_job("SELECT TOP 3 * FROM tap_schema.columns")
    job.run().wait(timeout=60)
    assert len(job.fetch_result()) == 3
    assert job.job_id in [each.jobid for each in service.get_job_list(last=5)]
    job.delete()


def test_a_table_is_fetched_from_its_address(tap):
    """The answer of one query is the upload of another."""
    there = f"{tap}/sync?LANG=ADQL&QUERY=SELECT+obs_id+FROM+ivoa.obscore"
    given = {
        "LANG": "ADQL",
        "QUERY": "SELECT COUNT(*) AS n FROM TAP_UPLOAD.mine",
        "UPLOAD": f"mine,{there}",
        "FORMAT": "csv",
    }
    answer = httpx.post(f"{tap}/sync", data=given, timeout=60)
    count = httpx.get(there + "&FORMAT=csv").text.strip().count("\n")
    assert answer.text.split() == ["n", str(count)], answer.text

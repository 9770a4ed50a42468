"""Links in this process, over tables that are rolled back."""

import io
import shutil
import subprocess
import warnings

import pytest
from tests.served import GRATICULE, environment, serving
from tests.web.uws.conftest import alice, client, door  # noqa: F401

LINKS = "/datalink/links"
HERE = "http://localhost"
DID = "ivo://graticule.invalid/images?"
DATALINK = "application/x-votable+xml;content=datalink"


def did(thing):
    return f"{DID}{type(thing).__name__.lower()}/{thing.pk}"


def document(answer):
    """A document of links, parsed by astropy."""
    from astropy.io import votable

    assert answer.status_code == 200, answer
    assert answer["Content-Type"] == DATALINK
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return votable.parse(io.BytesIO(answer.getvalue()), verify="exception")


def rows(answer):
    """The rows of a document, as dicts without what is null."""
    table = document(answer).get_first_table().to_table()
    return [
        {
            name: row[name].item() if hasattr(row[name], "item") else str(row[name])
            for name in table.colnames
            if not getattr(row[name], "mask", False) and str(row[name]) != ""
        }
        for row in table
    ]


@pytest.fixture
def ask(client):  # noqa: F811
    """Ask for links of things, by GET."""

    def send(*things, who=client, **more):
        ids = [thing if isinstance(thing, str) else did(thing) for thing in things]
        return who.get(LINKS, {"ID": ids, **more})

    return send


@pytest.fixture(scope="module")
def sky(shared_data, tmp_path_factory):
    """A server over a folder of FITS files, as the page begins."""
    folder = tmp_path_factory.mktemp("sky")
    home = folder / "home"
    shutil.copytree(shared_data / "fits", folder / "fits")
    subprocess.run(
        [*GRATICULE, "scan", str(folder / "fits")],
        env=environment(home),
        check=True,
        capture_output=True,
    )
    with serving(home, embedded_worker="true") as served:
        yield served, folder / "fits"

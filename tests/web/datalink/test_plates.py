"""Links of plates, and filesets of several files, from real files."""

import io
import shutil
import sqlite3
import subprocess
import zipfile
from urllib.parse import urlencode

import httpx
import pytest
from astropy.io import votable
from tests.served import GRATICULE, environment, serving

PLATE = "bbbc013_v05.ome.zarr"


@pytest.fixture(scope="module")
def site(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plates")
    home = folder / "home"
    shutil.copytree(shared_data / "plates" / PLATE, folder / "screens" / PLATE)
    subprocess.run(
        [*GRATICULE, "scan", str(folder / "screens")],
        env=environment(home),
        check=True,
        capture_output=True,
    )
    with serving(home) as served:
        yield served, folder / "screens"


def links(site, *ids):
    answer = httpx.get(f"{site.url}/datalink/links", params={"ID": ids})
    assert answer.status_code == 200
    table = votable.parse(io.BytesIO(answer.content)).get_first_table().to_table()
    return [dict(zip(table.colnames, row, strict=True)) for row in table]


def test_a_plate_and_its_images(site):
    served, folder = site
    with sqlite3.connect(served.home / "graticule.sqlite3") as database:
        ((plate,),) = database.execute("SELECT id FROM catalog_plate").fetchall()
        fields = database.execute("SELECT image_id FROM catalog_wellsample").fetchall()
    database.close()
    found = links(served, f"plate/{plate}")
    archive = found[0]
    assert archive["semantics"] == "#this"
    assert archive["content_type"] == "application/zip"
    answer = httpx.get(archive["access_url"], timeout=60)
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        inside = {name: packed.getinfo(name).file_size for name in packed.namelist()}
    there = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in (folder / PLATE).rglob("*")
        if path.is_file()
    }
    assert inside == there
    members = [row for row in found if row["local_semantics"] == "field"]
    assert len(members) == len(fields)
    assert all("content=datalink" in row["content_type"] for row in members)
    # A link leads to links of the image.
    inner = httpx.get(members[0]["access_url"])
    assert inner.headers["Content-Type"] == members[0]["content_type"]
    table = votable.parse(io.BytesIO(inner.content)).get_first_table().to_table()
    assert len(table) > 5
    services = {str(row["service_def"]) for row in found}
    assert "ome-zarr" in services
    assert "movie" not in services


def test_an_image_among_several_files(site):
    served, folder = site
    image = served.image_id(PLATE)
    rows = [
        row for row in links(served, f"image/{image}") if row["semantics"] == "#this"
    ]
    listed = {row["access_url"] for row in rows}
    assert f"{served.url}/datalink/dlget" in next(iter(listed))
    place = next(
        path for path in sorted((folder / PLATE).rglob("zarr.json")) if path.is_file()
    )
    query = {"ID": f"image/{image}", "FILE": place.relative_to(folder).as_posix()}
    one = httpx.get(f"{served.url}/datalink/dlget?{urlencode(query)}")
    assert one.content == place.read_bytes()
    for bad in ("../graticule.sqlite3", "/etc/passwd", "nothing"):
        query["FILE"] = bad
        answer = httpx.get(f"{served.url}/datalink/dlget?{urlencode(query)}")
        assert answer.status_code == 404

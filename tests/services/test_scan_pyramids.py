"""Big images get their reduced levels in the home folder."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile
import zarr


@pytest.fixture
def big(tmp_path, catalog):
    """A folder with an image that counts as big, and its row."""
    from graticule.catalog.models import Image

    root = tmp_path / "images"
    root.mkdir()

    class Big:
        folder = root
        file = root / "big.tif"

        @property
        def row(self):
            return Image.objects.get(fileset__entry=str(self.file))

        def write(self, seed=1):
            pixels = np.random.default_rng(seed).integers(
                0, 60000, (300, 400), dtype=np.uint16
            )
            tifffile.imwrite(self.file, pixels)
            return pixels

    return Big()


def halved(pixels):
    """Means of 2 x 2, rounded half up."""
    wide = pixels.astype(float)
    quarters = [wide[y::2, x::2] for y in (0, 1) for x in (0, 1)]
    return np.floor(sum(quarters) / 4 + 0.5)


def test_a_big_image_gets_a_pyramid(run_scan, big):
    pixels = big.write()
    heard = []
    report = run_scan(
        big.folder, max_plane_pixels=10_000, processes=True, progress=heard.append
    )
    assert (report.problems, report.warnings) == ([], [])
    row = big.row
    assert [level[:2] for level in row.levels] == [[400, 300], [200, 150]]
    assert Path(row.pyramid).is_relative_to(run_scan.home)
    stored = np.asarray(zarr.open_group(row.pyramid, mode="r")["0"])
    np.testing.assert_array_equal(stored[0, 0, 0], halved(pixels))
    pyramid = [said for said in heard if said.phase == "pyramid"]
    assert (pyramid[-1].done, pyramid[-1].total) == (1, 1)


def test_what_a_killed_scan_was_building_is_removed(run_scan, big):
    big.write()
    run_scan(big.folder, max_plane_pixels=10_000)
    pyramid = Path(big.row.pyramid)
    leftover = pyramid.with_name(f".{pyramid.name}.0123.building")
    shutil.copytree(pyramid, leftover)
    shutil.rmtree(pyramid)
    run_scan(big.folder, max_plane_pixels=10_000)
    assert [path.name for path in pyramid.parent.iterdir()] == [
        Path(big.row.pyramid).name
    ]


def test_it_is_made_once(run_scan, big):
    big.write()
    run_scan(big.folder, max_plane_pixels=10_000)
    before = big.row
    run_scan(big.folder, max_plane_pixels=10_000)
    assert big.row.revision == before.revision
    assert big.row.pyramid == before.pyramid


def test_small_images_get_none(run_scan, big):
    big.write()
    run_scan(big.folder, max_plane_pixels=120_000)
    assert (big.row.pyramid, len(big.row.levels)) == ("", 1)


def test_a_changed_image_gets_another(run_scan, big):
    big.write()
    run_scan(big.folder, max_plane_pixels=10_000)
    before = big.row
    pixels = big.write(seed=2)
    os.utime(big.file)
    run_scan(big.folder, max_plane_pixels=10_000)
    after = big.row
    assert after.pk == before.pk
    assert after.revision > before.revision
    assert not Path(before.pyramid).exists()
    stored = np.asarray(zarr.open_group(after.pyramid, mode="r")["0"])
    np.testing.assert_array_equal(stored[0, 0, 0], halved(pixels))


def test_a_pyramid_that_was_deleted_is_made_again(run_scan, big):
    big.write()
    run_scan(big.folder, max_plane_pixels=10_000)
    shutil.rmtree(run_scan.home / "pyramids")
    run_scan(big.folder, max_plane_pixels=10_000)
    assert Path(big.row.pyramid).is_dir()
    assert len(big.row.levels) == 2


def test_without_a_pyramid_the_image_is_still_there(run_scan, big):
    big.write()
    (run_scan.home / "pyramids").write_text("in the way")
    report = run_scan(big.folder, max_plane_pixels=10_000)
    (warning,) = report.warnings
    assert warning.path == str(big.file)
    assert "No reduced levels" in warning.cause
    assert (big.row.pyramid, len(big.row.levels)) == ("", 1)

"""A scan tells the processes that serve when it has changed the catalogue."""

import numpy as np
import tifffile


def version():
    from graticule.catalog.models import CatalogVersion

    return CatalogVersion.objects.get().number


def test_only_what_changed_is_told(run_scan, tmp_path):
    file = tmp_path / "a.tif"
    told = [version()]

    def scan():
        run_scan(tmp_path)
        told.append(version())
        return told[-1] > told[-2]

    tifffile.imwrite(file, np.zeros((4, 5), np.uint8))
    assert scan(), "found"
    assert not scan(), "as before"
    tifffile.imwrite(file, np.zeros((6, 7), np.uint8))
    assert scan(), "changed"
    file.rename(tmp_path / "away")
    (tmp_path / "away").unlink()
    assert scan(), "vanished"
    assert not scan(), "still gone"

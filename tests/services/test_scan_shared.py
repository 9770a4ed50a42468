"""The real files: every one is shown, reported, or no image."""

from pathlib import Path

import pytest

NO_IMAGES = {".csv", ".yml", ".h5", ".lut", ".md", ".zip", "", ".xml"}


@pytest.mark.shared_data
def test_every_file_is_accounted_for(run_scan, shared_data):
    from graticule.catalog.models import Fileset, Image, OriginalFile

    report = run_scan(shared_data, processes=True)
    shown = {Path(path) for path in OriginalFile.objects.values_list("path", flat=True)}
    reported = {Path(problem.path) for problem in report.problems}
    folders = {
        Path(entry)
        for entry in Fileset.objects.values_list("entry", flat=True)
        if Path(entry).is_dir()
    }
    unaccounted = []
    for path in sorted(shared_data.rglob("*")):
        hidden = any(
            part.startswith(".") for part in path.relative_to(shared_data).parts
        )
        inside = folders.intersection(path.parents)
        if path.is_file() and not hidden and not inside:
            if path in shown:
                assert path not in reported
            elif path not in reported:
                unaccounted.append(path)
    assert {path.suffix for path in unaccounted} <= NO_IMAGES
    assert len(unaccounted) == report.not_images
    assert report.added > 80
    broken = {path.name for path in reported}
    assert broken <= {
        "MMStack.ome.xml",  # its TIFF files are not there
        "hcs.ome.xml",  # metadata only
        "minimum-specification.ome.xml",  # fewer planes than it says
        "nuclei_rois.ome.xml",  # metadata only
    }
    images = Image.objects.filter(vanished=None)
    assert images.count() == report.images
    assert all(image.renderings.filter(person=None).count() == 1 for image in images)
    assert run_scan(shared_data).unchanged == report.added

"""The folder rule, case by case and in general."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.services.folders import Place, placement

ROOT = Path("/data/ROOT")


@pytest.mark.parametrize(
    ("file", "project", "dataset"),
    [
        ("cell.tif", "ROOT", "ROOT"),
        ("day 1/cell.tif", "day 1", "day 1"),
        ("day 1/dish/cell.tif", "day 1", "dish"),
        ("day 1/dish/a/cell.tif", "day 1", "dish / a"),
        ("day 1/dish/a/b/c/cell.tif", "day 1", "dish / a / b / c"),
        ("plate.ome.zarr", "ROOT", "ROOT"),
    ],
)
def test_table(file, project, dataset):
    place = placement(ROOT, ROOT / file)
    assert (place.project.name, place.dataset.name) == (project, dataset)


def test_sources_are_the_folders():
    place = placement(ROOT, ROOT / "day 1/dish/a/cell.tif")
    assert place.project == Place("folder:/data/ROOT/day 1", "day 1")
    assert place.dataset == Place("folder:/data/ROOT/day 1/dish/a", "dish / a")


def test_a_single_file_is_its_own_place():
    place = placement(ROOT / "cell.tif", ROOT / "cell.tif")
    assert (
        place.dataset == place.project == Place(f"folder:{ROOT}/cell.tif", "cell.tif")
    )


def test_the_root_of_all_has_a_name():
    assert placement(Path("/"), Path("/cell.tif")).project.name == "/"


def test_elsewhere_is_refused():
    with pytest.raises(ValueError, match="not in the subpath"):
        placement(ROOT, Path("/other/cell.tif"))


names = st.text("ab ./", min_size=1).filter(
    lambda name: "/" not in name and name not in {".", ".."}
)
files = st.lists(names, min_size=1, max_size=6).map(lambda parts: ROOT.joinpath(*parts))


@settings(deadline=None)
@given(files, files)
def test_same_folder_same_dataset_and_nothing_else(one, other):
    first, second = placement(ROOT, one), placement(ROOT, other)
    assert (first.dataset.source == second.dataset.source) == (
        one.parent == other.parent
    )
    if first.dataset == second.dataset:
        assert first.project == second.project

"""Fixtures that every room shares: where the real files and vectors lie."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real image files beside the project."""
    folder = BESIDE / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data beside the project")
    return folder


@pytest.fixture(scope="session")
def golden_dir() -> Path:
    """The folder of vectors of the original renderer."""
    folder = Path(os.environ.get("GRATICULE_GOLDEN_DIR", BESIDE / "golden"))
    if not folder.is_dir():
        pytest.skip("no golden vectors (set GRATICULE_GOLDEN_DIR)")
    return folder

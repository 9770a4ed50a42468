"""Scenes over files written here, without a catalogue."""

import pytest
from tests.services.exports.scenes import scene_of_file


@pytest.fixture
def scene_of(database):
    """Make a scene and its facts of an image file."""
    return scene_of_file

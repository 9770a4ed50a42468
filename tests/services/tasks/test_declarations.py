"""All kinds of jobs: described, and declared without loading what reads pixels."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs" / "reference" / "jobs.md"
# What does not live through a fork, or takes long to load.
HEAVY = ("tensorstore", "duckdb", "av", "numba", "h5py")


def test_every_kind_has_a_row_and_a_section(database):
    from graticule.services.tasks.registry import tasks

    text = DOCS.read_text("utf-8")
    names = set(tasks()) - {"echo", "echo-inline"}
    assert len(names) > 12
    for name in names:
        assert f"| [`{name}`](#{name}) |" in text, name
        assert f"\n## {name}\n" in text, name


def test_every_parameter_is_described(database):
    from graticule.services.tasks.registry import tasks

    for task in tasks().values():
        assert task.help.endswith(".")
        for name, info in task.fields.items():
            assert info.description, f"{task.name}: {name}"
        for name in task.targets.values():
            assert name in task.fields


@pytest.mark.parametrize("listed", ["import graticule.services.tasks.warm", ""])
def test_declarations_load_nothing_heavy(database, listed):
    code = (
        "import django, sys; django.setup();"
        f"{listed}\n"
        "from graticule.services.tasks.registry import tasks\n"
        "tasks()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "graticule.config.django"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"

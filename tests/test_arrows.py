"""Imports go one way (docs/design/house.md); no exceptions list."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "graticule"

# What each room may import of ours, besides itself.
ALLOWED = {
    "errors": set(),
    "__init__": set(),
    "config": {"errors"},
    "pixels": {"errors"},
    "render": {"errors", "pixels"},
    "catalog": {"errors"},
    "jobs": {"errors"},
    "services": {"errors", "config", "pixels", "render", "catalog", "jobs"},
    "web": {"errors", "config", "pixels", "render", "catalog", "jobs", "services"},
    "viewer": set(),
    "demo": {"errors", "pixels"},
    "cli": {
        "errors",
        "config",
        "pixels",
        "render",
        "catalog",
        "jobs",
        "services",
        "web",
        "demo",
    },
}
NO_DJANGO = ("errors", "pixels", "render")
MODULES = sorted(SOURCE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_go_upstream(path):
    room = room_of(path)
    ours = {n.split(".")[1] for n in imported(path) if n.startswith("graticule.")}
    assert ours - {room, "__version__"} <= ALLOWED[room]


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if room_of(p) in NO_DJANGO],
    ids=lambda p: str(p.relative_to(SOURCE)),
)
def test_no_django_where_pixels_are(path):
    assert not {n for n in imported(path) if n.split(".")[0] == "django"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_files_stay_small_and_introduce_themselves(path):
    text = path.read_text()
    if "migrations" in path.parts and path.name != "__init__.py":
        return
    assert len(text.splitlines()) <= 500
    assert ast.get_docstring(ast.parse(text)), f"{path} has no module docstring"


def test_no_room_for_everything():
    vague = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert not {p for p in MODULES if p.stem in vague or vague & set(p.parts)}

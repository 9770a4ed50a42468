"""Imports go one way (docs/design/house.md); no exceptions list."""

import ast
from functools import cache
from pathlib import Path

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


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def against_the_stream(path: Path) -> set[str]:
    room = room_of(path)
    ours = {n.split(".")[1] for n in imported(path) if n.startswith("graticule.")}
    return ours - {room, "__version__"} - ALLOWED[room]


def test_imports_go_upstream():
    wrong = {path: against_the_stream(path) for path in MODULES}
    assert {path: rooms for path, rooms in wrong.items() if rooms} == {}


def test_no_django_where_pixels_are():
    bare = [path for path in MODULES if room_of(path) in NO_DJANGO]
    assert len(bare) > 50
    loads = [p for p in bare if "django" in {n.split(".")[0] for n in imported(p)}]
    assert loads == []


def test_files_stay_small_and_introduce_themselves():
    read = [p for p in MODULES if "migrations" not in p.parts or p.stem == "__init__"]
    assert [p for p in read if len(p.read_text().splitlines()) > 500] == []
    assert [p for p in read if not ast.get_docstring(tree_of(p))] == []


def test_no_room_for_everything():
    vague = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert not {p for p in MODULES if p.stem in vague or vague & set(p.parts)}

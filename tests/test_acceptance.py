"""The page that names a test for each promise about jobs names tests that there are."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reference" / "uws-acceptance.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def named_in(path):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_is_named_exists():
    named = NAMED.findall(PAGE.read_text("utf-8"))
    assert len(named) > 40
    assert [(path, name) for path, name in named if name not in named_in(path)] == []


def test_every_row_names_one():
    rows = [
        line
        for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("| ") and "Proved by" not in line
    ]
    assert len(rows) > 25
    assert [row for row in rows if not NAMED.search(row)] == []

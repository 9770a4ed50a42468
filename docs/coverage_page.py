"""Which tests ask which endpoint of the gateway, read from their source.

The endpoints are those of the gateway's own table of addresses. A test asks one if
an address of it stands in the test, or in a fixture, function or constant of its
file that the test names, directly or by way of others. Nothing is run: whether
the tests pass says the suite.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
URLS = ROOT / "src" / "graticule" / "web" / "gateway" / "urls.py"
MOUNT = "/webgateway/"
# These go through all addresses by tables of their own: they prove no endpoint.
EVERY_ADDRESS = ("test_permissions.py", "test_openapi_tried.py")
# What may stand where an address has a value: a number, an axis, a type, a name.
_VALUES = ("1", "z")
_MOST_VALUES = 6
_HOLE = "\0"
# Stands for the bare mount where it is asked itself, and not the start of a text.
_INDEX = "\0index"
# A test that goes through more endpoints looks at what they share.
_MOST_ASKED = 6


@dataclass(frozen=True)
class Endpoint:
    """One address: its route's name (its view's where it has none), its pattern."""

    name: str
    pattern: str

    @property
    def path(self) -> str:
        """The address as people write it, optional parts in braces."""
        text = self.pattern.removeprefix("^").removesuffix("$")
        text = re.sub(r"\(\?P<(\w+)>[^()]*\)", r"<\1>", text)
        text = re.sub(r"\(\?:([^()]*)\)\?", r"{\1}?", text)
        return text.replace("/?", "{/}?") or "(empty)"

    @property
    def beginning(self) -> str:
        """What stands before the first value."""
        return re.split(r"[(<$]", self.pattern.removeprefix("^"))[0]


@dataclass
class Part:
    """A function or a constant of a test file: the names and texts in it."""

    names: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)


def endpoints() -> list[Endpoint]:
    """Read the gateway's table of addresses, in its order."""
    tree = ast.parse(URLS.read_text("utf-8"))
    constants: dict[str, str] = {}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _text(node.value, constants)
            if text is not None:
                constants[node.targets[0].id] = text
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "re_path":
            pattern = _text(node.args[0], constants)
            assert pattern is not None, ast.dump(node.args[0])
            names = [k.value for k in node.keywords if k.arg == "name"]
            view = ast.unparse(node.args[1]).rpartition(".")[2]
            name = _text(names[0], constants) if names else view
            found.append((node.lineno, Endpoint(str(name), pattern)))
    return [endpoint for _, endpoint in sorted(found, key=lambda each: each[0])]


def _text(node: ast.expr, constants: dict[str, str]) -> str | None:
    """Evaluate a text, or an f-string of constants; holes for what is not known."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
        elif isinstance(value, ast.FormattedValue):
            inner = value.value
            name = inner.id if isinstance(inner, ast.Name) else ""
            parts.append(constants.get(name, _HOLE))
    return "".join(parts)


@cache
def tests_by_endpoint() -> dict[str, dict[str, list[str]]]:
    """Find the tests of every endpoint.

    Returns
    -------
    dict
        Names of tests by file (below ``tests``) by name of the endpoint.
    """
    known = endpoints()
    found: dict[str, dict[str, list[str]]] = {each.name: {} for each in known}
    for path in sorted(TESTS.rglob("test_*.py")):
        if path.name in EVERY_ADDRESS:
            continue
        for test, asked in tests_of(path.read_text("utf-8"), known):
            for name in asked:
                file = path.relative_to(TESTS).as_posix()
                found[name].setdefault(file, []).append(test)
    return found


def tests_of(source: str, known: list[Endpoint]) -> Iterator[tuple[str, set[str]]]:
    """Yield the tests of a file, each with the names of the endpoints it asks."""
    tree = ast.parse(source)
    parts: dict[str, Part] = {}
    tests: list[tuple[str, str]] = []
    for holder, node in _definitions(tree):
        name = node.name if isinstance(node, ast.FunctionDef) else _target(node)
        part = parts.setdefault(name, Part())
        _collect(node, part)
        if isinstance(node, ast.FunctionDef) and name.startswith("test_"):
            shown = f"{holder}.{name}" if holder else name
            # Of two of one name in two classes each is a part of its own.
            own = parts.setdefault(f"{shown} alone", Part())
            _collect(node, own)
            tests.append((shown, f"{shown} alone"))
    asked = {
        name: {one for text in part.texts for one in asked_by(text, known)}
        for name, part in parts.items()
    }
    for shown, key in tests:
        reached = _reached(key, parts)
        found = set().union(*(asked[name] for name in reached))
        yield shown, found if len(found) <= _MOST_ASKED else set()


def _definitions(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.Assign)):
                    yield node.name, inner
        elif isinstance(node, (ast.FunctionDef, ast.Assign)):
            yield "", node


def _target(node: ast.stmt) -> str:
    assert isinstance(node, ast.Assign)
    return ast.unparse(node.targets[0])


def _collect(node: ast.AST, part: Part) -> None:
    """Gather the names and texts within a definition, of its decorators, too."""
    documented = ast.get_docstring(node) if isinstance(node, ast.FunctionDef) else None
    ahead = [node]
    while ahead:
        inner = ahead.pop()
        below = list(ast.iter_child_nodes(inner))
        if isinstance(inner, ast.Name):
            part.names.add(inner.id)
        elif isinstance(inner, ast.Attribute):
            part.names.add(inner.attr)
        elif isinstance(inner, ast.arg):
            part.names.add(inner.arg)
        elif isinstance(inner, (ast.Constant, ast.JoinedStr)):
            text = _text(inner, {})
            if text and text != documented:
                part.texts.add(re.sub(r"\{\w*\}", _HOLE, text))
            # The pieces of an f-string are no texts of their own.
            below = [each for each in below if not isinstance(each, ast.Constant)]
        elif isinstance(inner, ast.Call) and any(
            isinstance(each, ast.Constant) and each.value == MOUNT
            for each in inner.args
        ):
            part.texts.add(_INDEX)
        ahead += below


def _reached(name: str, parts: dict[str, Part]) -> set[str]:
    """Follow names from a test to what it uses of its file; never to other tests."""
    reached, ahead = {name}, [name]
    while ahead:
        for other in parts[ahead.pop()].names:
            known = other in parts and not other.startswith("test_")
            if known and other not in reached:
                ahead.append(other)
                reached.add(other)
    return reached


def asked_by(text: str, known: list[Endpoint]) -> set[str]:
    """Say which endpoint a text addresses, if any."""
    if text == _INDEX:
        return {each.name for each in known if each.pattern == "^$"}
    before, mount, rest = text.partition(MOUNT)
    address = (rest if mount else before).partition("?")[0]
    if not mount and (address.startswith("/") or "/" not in address):
        return set()
    holes = address.count(_HOLE)
    if holes <= _MOST_VALUES:
        for values in product(_VALUES, repeat=holes):
            left = iter(values)
            filled = re.sub(_HOLE, lambda _: next(left), address)  # noqa: B023
            # Tests of one family leave the final slash to a function.
            tried = (filled, f"{filled}/")
            found = {
                each.name
                for each in known
                if each.beginning and any(re.match(each.pattern, one) for one in tried)
            }
            if found:
                return found
    # The beginning of an address, completed elsewhere.
    begun = {
        each.name
        for each in known
        if mount and each.beginning and address.startswith(each.beginning)
    }
    return begun if len(begun) == 1 else set()


def page() -> str:
    """Write the page: endpoint → the tests that prove it."""
    found = tests_by_endpoint()
    lines = [
        "# Coverage\n",
        "This page is made from the tests themselves.\n",
        (
            "Every endpoint of the [gateway](gateway.md) and the tests that ask it, "
            "by file. JSON is checked against the schemas beside the door, pictures "
            "are compared with arithmetic of their own. `test_permissions.py`, which "
            "asks all endpoints in every role, and `test_openapi_tried.py`, which asks "
            "them with made-up parameters, do not count here. An endpoint without "
            "tests stops the suite.\n"
        ),
        "| | Endpoint, below `/webgateway/` | Tests | In |",
        "|---|---|---|---|",
    ]
    for number, endpoint in enumerate(endpoints(), 1):
        files = found[endpoint.name]
        count = sum(len(tests) for tests in files.values())
        named = ", ".join(f"`{file}` ({len(tests)})" for file, tests in files.items())
        path = endpoint.path.replace("|", "\\|")
        sign = "\N{WHITE HEAVY CHECK MARK}" if count else "\N{CROSS MARK}"
        lines.append(f"| {number} {sign} | `{path}` | {count} | {named} |")
    return "\n".join(lines) + "\n"

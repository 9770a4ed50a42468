"""Conditions on the rows of a table, parsed into a tree.

The language is that of PyTables, which has Python's precedence: ``&`` and ``|``
bind tighter than comparisons, so each comparison stands in parentheses::

    (Area > 100) & ~(Name == 'B2')

A column whose name is no identifier is written in back quotes. Nothing is ever
evaluated here; knows no table and no database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from graticule.errors import RequestError

MAX_LENGTH = 100_000
"""Most characters of a condition."""
MAX_DEPTH = 50
"""Most operations within one another; any number of ``&`` or ``|`` in a row is one."""


class ConditionError(RequestError):
    """A condition that cannot be understood, or asks for what is not there."""


@dataclass(frozen=True, slots=True)
class Name:
    """A column."""

    name: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text or a truth."""

    value: bool | int | float | str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator or function (by name) with what it is applied to."""

    name: str
    parts: tuple[Node, ...]
    depth: int = field(init=False)

    def __post_init__(self) -> None:
        """Count how deep it goes, and refuse what goes too deep."""
        depth = 1 + max(part.depth for part in self.parts)
        if depth > MAX_DEPTH:
            raise ConditionError(f"Operations stand more than {MAX_DEPTH} deep.")
        object.__setattr__(self, "depth", depth)


Node = Name | Literal | Operation

FUNCTIONS = {
    "where": 3,
    "arctan2": 2,
    "contains": 2,
    **dict.fromkeys(
        (
            *("sin", "cos", "tan", "arcsin", "arccos", "arctan"),
            *("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"),
            *("log", "log10", "log1p", "exp", "expm1", "sqrt"),
            *("abs", "conj", "floor", "ceil"),
        ),
        1,
    ),
}
"""Functions with the number of their arguments."""

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<number>0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<text>[bB]?'(?:[^'\\\n]|\\.)*'|[bB]?"(?:[^"\\\n]|\\.)*")
    | (?P<quoted>`[^`]+`)
    | (?P<word>[^\W\d]\w*)
    | (?P<operator>\*\*|<=|>=|==|!=|[-+*/%<>&|^~(),])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_BYTE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}
_COMPARISONS = frozenset({"<", "<=", "==", "!=", ">=", ">"})
# From the loosest to the tightest; all of them from left to right.
_LEVELS = (("|",), ("^",), ("&",), ("+", "-"), ("*", "/", "%"))
_CHAINS = frozenset({"|", "&"})
_PYTHON_WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "lambda"})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def parse(text: str) -> Node:
    """Parse a condition.

    Raises
    ------
    ConditionError
        If it is too long or deep, or no condition.
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError(
            f"A condition of {len(text):,} characters is longer than {MAX_LENGTH:,}."
        )
    parser = _Parser(_tokens(text))
    node = parser.comparison()
    parser.expect("end")
    return node


def _tokens(text: str) -> list[_Token]:
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ConditionError(
                f"{text[position]!r} at character {position + 1} is not understood."
            )
        if match.lastgroup != "space":
            tokens.append(_Token(str(match.lastgroup), match[0], position))
        position = match.end()
    return [*tokens, _Token("end", "", position)]


class _Parser:
    """Descends from the loosest operator to the tightest."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._open = 0

    def comparison(self) -> Node:
        """Parse two sides of a comparison, or what stands alone."""
        left = self._binary(0)
        if self._peek().text not in _COMPARISONS:
            return left
        operator = self._take().text
        node = Operation(operator, (left, self._binary(0)))
        if self._peek().text in _COMPARISONS:
            raise ConditionError(
                "Two comparisons in a row: put each into parentheses and join them "
                "with & or |, which bind tighter than comparisons."
            )
        return node

    def expect(self, kind: str) -> None:
        """Take a token that must come now.

        Raises
        ------
        ConditionError
            If another one comes.
        """
        token = self._take()
        if kind not in (token.kind, token.text):
            _refuse_python(token)
            wanted = "the end" if kind == "end" else repr(kind)
            raise ConditionError(f"{_said(token)} where {wanted} should be.")

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        node = self._binary(level + 1)
        while self._is_operator(*_LEVELS[level]):
            operator = self._take().text
            parts = [node, self._binary(level + 1)]
            if operator in _CHAINS:
                while self._is_operator(operator):
                    self._take()
                    parts.append(self._binary(level + 1))
            node = Operation(operator, tuple(parts))
        return node

    def _is_operator(self, *texts: str) -> bool:
        token = self._peek()
        return token.kind == "operator" and token.text in texts

    def _unary(self) -> Node:
        if not self._is_operator("-", "+", "~"):
            return self._power()
        operator = self._take().text
        self._enter()
        part = self._unary()
        self._open -= 1
        return Operation(f"unary {operator}", (part,))

    def _power(self) -> Node:
        base = self._atom()
        if not self._is_operator("**"):
            return base
        self._take()
        self._enter()
        exponent = self._unary()
        self._open -= 1
        return Operation("**", (base, exponent))

    def _enter(self) -> None:
        self._open += 1
        if self._open > MAX_DEPTH:
            raise ConditionError(f"Operations stand more than {MAX_DEPTH} deep.")

    def _atom(self) -> Node:
        token = self._take()
        if token.kind == "number":
            return Literal(_number(token.text))
        if token.kind == "text":
            return Literal(_text(token.text))
        if token.kind == "quoted":
            return Name(token.text[1:-1])
        if token.kind == "word":
            return self._word(token)
        if token.text == "(":
            self._enter()
            node = self.comparison()
            self._open -= 1
            self.expect(")")
            return node
        raise ConditionError(f"{_said(token)} where a value should be.")

    def _word(self, token: _Token) -> Node:
        if token.text in {"True", "False"}:
            return Literal(token.text == "True")
        _refuse_python(token)
        if self._peek().text != "(":
            return Name(token.text)
        if token.text not in FUNCTIONS:
            raise ConditionError(f"There is no function {token.text!r}.")
        return self._call(token.text)

    def _call(self, name: str) -> Node:
        self._enter()
        self.expect("(")
        parts = [self.comparison()]
        while self._is_operator(","):
            self._take()
            parts.append(self.comparison())
        self.expect(")")
        self._open -= 1
        if len(parts) != FUNCTIONS[name]:
            raise ConditionError(f"{name} takes {FUNCTIONS[name]} values.")
        return Operation(name, tuple(parts))


def _refuse_python(token: _Token) -> None:
    if token.text in _PYTHON_WORDS:
        raise ConditionError(f"Write &, | and ~ instead of {token.text!r}.")


def _said(token: _Token) -> str:
    if token.kind == "end":
        return "The condition ends"
    return f"{token.text[:40]!r} at character {token.position + 1}"


def _number(text: str) -> int | float:
    if text[:2] in {"0x", "0X"}:
        return int(text, 16)
    if text.isdigit():
        # Python refuses very long ones itself, with another exception.
        return int(text) if len(text) < 40 else 1 << 100
    return float(text)


def _text(token: str) -> str:
    """Read a text; escaped bytes of a bytes text are those of UTF-8."""
    is_bytes = token[0] in "bB"
    inner = token[2:-1] if is_bytes else token[1:-1]
    try:
        if is_bytes:
            return _BYTE.sub(_escaped_byte, inner.encode()).decode()
        return _ESCAPE.sub(_escaped, inner).encode().decode()
    except UnicodeError:
        raise ConditionError("A text is not Unicode.") from None


def _escaped(match: re.Match[str]) -> str:
    if match[3] is not None:
        return _ESCAPED.get(match[3], match[0])
    return chr(int(match[1] or match[2], 16))


def _escaped_byte(match: re.Match[bytes]) -> bytes:
    if match[1] is not None:
        return bytes.fromhex(match[1].decode())
    one = match[2].decode("latin-1")
    return _ESCAPED[one].encode() if one in _ESCAPED else match[0]

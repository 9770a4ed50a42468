"""ADQL as a dialect of sqlglot, with a tokenizer and a parser of its own.

What other databases understand is no ADQL: nothing of their syntax is taken over.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from sqlglot import Token, Tokenizer, TokenType
from sqlglot.dialects.dialect import Dialect

from graticule.services.adql.errors import AdqlError
from graticule.services.adql.grammar import Grammar

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\r\n]*)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)
    |(?P<word>[A-Za-z][A-Za-z0-9_]*)
    |(?P<string>'(?:[^']|'')*')
    |(?P<delimited>"(?:[^"]|"")*")
    |(?P<sign><>|!=|<=|>=|\|\||[-+*/(),.=<>;])""",
    re.VERBOSE,
)
_NEWLINE = re.compile(r"\r\n|\r|\n")
_SIGNS = {
    "<>": TokenType.NEQ,
    "!=": TokenType.NEQ,
    "<=": TokenType.LTE,
    ">=": TokenType.GTE,
    "||": TokenType.DPIPE,
    "-": TokenType.DASH,
    "+": TokenType.PLUS,
    "*": TokenType.STAR,
    "/": TokenType.SLASH,
    "(": TokenType.L_PAREN,
    ")": TokenType.R_PAREN,
    ",": TokenType.COMMA,
    ".": TokenType.DOT,
    "=": TokenType.EQ,
    "<": TokenType.LT,
    ">": TokenType.GT,
    ";": TokenType.SEMICOLON,
}
_KINDS = {
    "number": TokenType.NUMBER,
    "word": TokenType.VAR,
    "string": TokenType.STRING,
    "delimited": TokenType.IDENTIFIER,
}


class AdqlTokenizer(Tokenizer):
    """Words, numbers, texts and signs of ADQL; every word is a VAR."""

    def tokenize(self, sql: str) -> list[Token]:
        """Cut a query into tokens; their columns are those of their beginning.

        Raises
        ------
        AdqlError
            If a character does not belong to the language.
        """
        starts = [0, *(found.end() for found in _NEWLINE.finditer(sql))]
        tokens: list[Token] = []
        place = 0
        while place < len(sql):
            line = bisect_right(starts, place)
            column = place - starts[line - 1] + 1
            found = _TOKEN.match(sql, place)
            if found is None:
                raise AdqlError(line, column, _why_not(sql[place]))
            kind, text = found.lastgroup or "", found.group()
            if kind != "space":
                if "\0" in text:
                    raise AdqlError(line, column, "a text cannot hold a zero byte.")
                if (
                    kind == "word"
                    and tokens
                    and tokens[-1].token_type == TokenType.NUMBER
                    and tokens[-1].end + 1 == place
                ):
                    cause = f"a number ends before {text!r}: put a space between them."
                    raise AdqlError(line, column, cause)
                tokens.append(
                    Token(
                        _KINDS.get(kind) or _SIGNS[text],
                        _inside(kind, text),
                        line,
                        column,
                        place,
                        found.end() - 1,
                    )
                )
            place = found.end()
        return tokens


def _inside(kind: str, text: str) -> str:
    if kind in {"string", "delimited"}:
        return text[1:-1].replace(text[0] * 2, text[0])
    return text


def _why_not(character: str) -> str:
    if character == "'":
        return "the text that begins here has no closing quote (')."
    if character == '"':
        return 'the name that begins here has no closing quote (").'
    return f"{character!r} has no meaning in ADQL."


class Adql(Dialect):
    """The dialect, registered with sqlglot as ``adql``."""

    Tokenizer = AdqlTokenizer
    Parser = Grammar

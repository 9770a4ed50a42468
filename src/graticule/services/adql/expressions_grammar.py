"""Values and conditions: literals, columns, functions and what joins them.

One ladder of precedence for both; whether a value may stand where a condition is
wanted is a matter of types, told later and better. Knows no table and no type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

from sqlglot import Token, TokenType, exp
from sqlglot.parser import Parser

from graticule.services.adql.errors import AdqlError, shortened
from graticule.services.adql.words import RESERVED

T = TypeVar("T")
N = TypeVar("N", bound=exp.Expr)

MAX_CHAIN = 200
"""Most of ``+ - * / ||`` in a row, joins in a row, set operations in a row."""
DEFAULT_NESTING = 50

_OR, _AND, _NOT, _PREDICATE, _SUM, _PRODUCT, _SIGN = range(1, 8)
_ARITHMETIC: dict[TokenType, tuple[int, type[exp.Binary]]] = {
    TokenType.PLUS: (_SUM, exp.Add),
    TokenType.DASH: (_SUM, exp.Sub),
    TokenType.DPIPE: (_SUM, exp.DPipe),
    TokenType.STAR: (_PRODUCT, exp.Mul),
    TokenType.SLASH: (_PRODUCT, exp.Div),
}
_COMPARISONS: dict[TokenType, type[exp.Binary]] = {
    TokenType.EQ: exp.EQ,
    TokenType.NEQ: exp.NEQ,
    TokenType.LT: exp.LT,
    TokenType.LTE: exp.LTE,
    TokenType.GT: exp.GT,
    TokenType.GTE: exp.GTE,
}
_AFTER_QUERY = frozenset({"UNION", "EXCEPT", "INTERSECT", "ORDER", "OFFSET", ")"})
_SQL_WORDS = """
AND OR NOT IN BETWEEN LIKE ILIKE IS NULL SELECT FROM WHERE GROUP HAVING ORDER BY ON
USING AS UNION EXCEPT INTERSECT JOIN TOP ALL DISTINCT WHEN THEN ELSE END
"""
_NO_FUNCTIONS = frozenset(_SQL_WORDS.split())


class ExpressionGrammar(Parser):
    """The lower half of the grammar, and the means of the whole."""

    nesting = DEFAULT_NESTING
    depth = 0

    # Means

    def refuse(self, cause: str, place: Token | exp.Expr | None = None) -> NoReturn:
        """Say what is wrong at a token or node, or here."""
        if isinstance(place, exp.Expr):
            raise AdqlError(place.meta["line"], place.meta["col"], cause)
        token = place or self._curr
        if not token:
            # The query ended too early: just behind its last token.
            last = self._prev
            column = last.col + last.end - last.start + 1 if last else 1
            raise AdqlError(last.line if last else 1, column, cause)
        raise AdqlError(token.line, token.col, cause)

    def refuse_here(self, wanted: str) -> NoReturn:
        """Say that something else was expected here."""
        if not self._curr:
            self.refuse(f"the query ends too early: {wanted}.")
        self.refuse(f"{wanted}, not {shortened(self._written(self._curr))}.")

    def raise_error(self, message: str, token: Token | None = None) -> None:
        """Turn what sqlglot itself finds into an error of ours."""
        del message
        self.refuse(
            f"{shortened(self._written(token or self._curr))} does not belong here.",
            token,
        )

    def _written(self, token: Token) -> str:
        return self.sql[token.start : token.end + 1]

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Count how deep things stand within one another."""
        self.depth += 1
        if self.depth > self.nesting:
            self.refuse(f"things stand more than {self.nesting} deep in one another.")
        yield
        self.depth -= 1

    def check_chain(self, count: int, what: str) -> None:
        """Refuse endless rows of the same."""
        if count > MAX_CHAIN:
            self.refuse(f"there are more than {MAX_CHAIN} {what} in a row.", self._prev)

    def marked(self, node: N, place: Token | exp.Expr) -> N:
        """Note where a node begins."""
        if isinstance(place, exp.Expr):
            line, column = place.meta["line"], place.meta["col"]
        else:
            line, column = place.line, place.col
        node.meta["line"], node.meta["col"] = line, column
        return node

    def need(self, word: str) -> None:
        """Take a word that must come."""
        if not self._match_text_seq(word):
            self.refuse_here(f"{word} is missing")

    def need_sign(self, kind: TokenType, sign: str) -> None:
        """Take a sign that must come."""
        if not self._match(kind):
            self.refuse_here(f"{sign} is missing")

    def match_any(self, *words: str) -> str:
        """Take one of some words, if there is one."""
        return next((word for word in words if self._match_text_seq(word)), "")

    def listed(self, parse: Callable[[], T]) -> list[T]:
        """Read one or several with commas between."""
        found = [parse()]
        while self._match(TokenType.COMMA):
            found.append(parse())
        return found

    def whole_number(self, word: str) -> exp.Literal:
        """Read the number behind TOP or OFFSET."""
        token = self._curr
        if token.token_type != TokenType.NUMBER or not token.text.isdigit():
            self.refuse_here(f"{word} is followed by a whole number")
        if len(token.text) > 18:
            self.refuse(f"{word} is too large.")
        self._advance()
        return self.marked(exp.Literal(this=token.text, is_string=False), token)

    def at_query(self) -> bool:
        """Tell whether what stands behind an opening parenthesis is a query.

        ``((SELECT ...) UNION ...`` is one, ``((SELECT ...) + 1`` is none.
        """
        index = self._index
        while self._kind(index) == TokenType.L_PAREN:
            index += 1
        if self._kind(index) != TokenType.VAR:
            return False
        if self._tokens[index].text.upper() not in {"SELECT", "WITH"}:
            return False
        if index == self._index:
            return True
        depth, index = 1, self._index + 1
        while depth and index < len(self._tokens):
            kind = self._kind(index)
            depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
            index += 1
        if index >= len(self._tokens):
            return True
        following = self._tokens[index]
        return following.text.upper() in _AFTER_QUERY

    def _kind(self, index: int) -> TokenType | None:
        tokens = self._tokens
        return tokens[index].token_type if index < len(tokens) else None

    def name(self, what: str) -> exp.Identifier:
        """Read a regular or delimited identifier."""
        found = self.optional_name()
        if found is None:
            token = self._curr
            if token and token.token_type == TokenType.VAR:
                self.refuse(
                    f"{token.text} is a reserved word: "
                    f'write "{token.text}" between double quotes if it is a name.'
                )
            self.refuse_here(f"{what} is missing")
        return found

    def optional_name(self) -> exp.Identifier | None:
        """Read an identifier if there is one."""
        token = self._curr
        quoted = token.token_type == TokenType.IDENTIFIER
        if quoted and not token.text:
            self.refuse("a name cannot be empty.")
        regular = (
            token.token_type == TokenType.VAR and token.text.upper() not in RESERVED
        )
        if not quoted and not regular:
            return None
        self._advance()
        return self.marked(exp.Identifier(this=token.text, quoted=quoted), token)

    # The ladder

    def expression_of(self, lowest: int = _OR, *, star: bool = False) -> exp.Expr:
        """Read a value or condition whose operators bind at least so tightly."""
        with self.deeper():
            left = self._prefixed(lowest, star=star)
            count = 0
            while True:
                token = self._curr
                joined = self._joined(left, lowest)
                if joined is None:
                    return left
                left = joined
                if token.token_type in _ARITHMETIC:
                    count += 1
                    self.check_chain(count, "operators")

    def _prefixed(self, lowest: int, *, star: bool) -> exp.Expr:
        token = self._curr
        if self._match_text_seq("NOT"):
            if lowest > _NOT:
                self.refuse("NOT needs parentheses here.", token)
            return self.marked(exp.Not(this=self.expression_of(_PREDICATE)), token)
        if self._match(TokenType.DASH):
            return self.marked(exp.Neg(this=self.expression_of(_SIGN)), token)
        if self._match(TokenType.PLUS):
            return self.marked(exp.Paren(this=self.expression_of(_SIGN)), token)
        return self._primary(star=star)

    def _joined(self, left: exp.Expr, lowest: int) -> exp.Expr | None:
        """Read an operator and what stands right of it."""
        token = self._curr
        if token.token_type in _ARITHMETIC:
            strength, kind = _ARITHMETIC[token.token_type]
            if strength < lowest:
                return None
            self._advance()
            right = self.expression_of(strength + 1)
            return self.marked(kind(this=left, expression=right), token)
        if token.token_type == TokenType.VAR or token.token_type in _COMPARISONS:
            if lowest <= _PREDICATE and (found := self._predicate(left)) is not None:
                return found
            if lowest <= _AND and self._curr.text.upper() == "AND":
                return self._connected(left, exp.And, "AND", _NOT)
            if lowest <= _OR and self._curr.text.upper() == "OR":
                return self._connected(left, exp.Or, "OR", _AND)
        return None

    def _connected(
        self, left: exp.Expr, kind: type[exp.Connector], word: str, lowest: int
    ) -> exp.Expr:
        """Read a whole row of AND or OR, as a balanced tree: thousands are no depth."""
        token = self._curr
        parts = [left]
        while self._match_text_seq(word):
            parts.append(self.expression_of(lowest))
        while len(parts) > 1:
            parts = [
                self.marked(kind(this=pair[0], expression=pair[1]), token)
                if len(pair) == 2
                else pair[0]
                for pair in (parts[i : i + 2] for i in range(0, len(parts), 2))
            ]
        return parts[0]

    def _predicate(self, left: exp.Expr) -> exp.Expr | None:
        token = self._curr
        if token.token_type in _COMPARISONS:
            self._advance()
            right = self.expression_of(_SUM)
            kind = _COMPARISONS[token.token_type]
            return self.marked(kind(this=left, expression=right), token)
        if self._match_text_seq("IS"):
            negated = self._match_text_seq("NOT")
            self.need("NULL")
            null = self.marked(exp.Null(), self._prev)
            test = self.marked(exp.Is(this=left, expression=null), token)
            return self.marked(exp.Not(this=test), token) if negated else test
        negated = self._match_text_seq("NOT")
        node = self._matching(left)
        if node is None:
            if negated:
                self.refuse_here("NOT is followed by IN, BETWEEN, LIKE or ILIKE")
            return None
        self.marked(node, token)
        return self.marked(exp.Not(this=node), token) if negated else node

    def _matching(self, left: exp.Expr) -> exp.Expr | None:
        if self._match_text_seq("BETWEEN"):
            low = self.expression_of(_SUM)
            self.need("AND")
            return exp.Between(this=left, low=low, high=self.expression_of(_SUM))
        if self._match_text_seq("LIKE"):
            return exp.Like(this=left, expression=self.expression_of(_SUM))
        if self._match_text_seq("ILIKE"):
            return exp.ILike(this=left, expression=self.expression_of(_SUM))
        if not self._match_text_seq("IN"):
            return None
        self.need_sign(TokenType.L_PAREN, "(")
        node = exp.In(this=left)
        if self.at_query():
            node.set("query", self.query())
        else:
            node.set("expressions", self.listed(lambda: self.expression_of(_SUM)))
        self.need_sign(TokenType.R_PAREN, ")")
        return node

    # What stands alone

    def query(self) -> exp.Expr:
        """Read a query: the upper half of the grammar knows how."""
        raise NotImplementedError

    def _primary(self, *, star: bool) -> exp.Expr:
        token = self._curr
        if self._match(TokenType.NUMBER):
            return self.marked(exp.Literal.number(token.text), token)
        if self._match(TokenType.STRING):
            return self.marked(exp.Literal.string(token.text), token)
        if self._match(TokenType.L_PAREN):
            if self.at_query():
                inner: exp.Expr = exp.Subquery(this=self.query())
            else:
                inner = exp.Paren(this=self.expression_of())
            self.need_sign(TokenType.R_PAREN, ")")
            return self.marked(inner, token)
        if token.token_type == TokenType.VAR:
            found = self._keyword(token)
            if found is not None:
                return self.marked(found, token)
            calls = bool(self._next) and self._next.token_type == TokenType.L_PAREN
            if calls and token.text.upper() not in _NO_FUNCTIONS:
                return self._call()
        if not token:
            self.refuse_here("a value is missing")
        if token.token_type not in {TokenType.VAR, TokenType.IDENTIFIER}:
            self.refuse_here("a value is missing")
        return self._column(star=star)

    def _keyword(self, token: Token) -> exp.Expr | None:
        if self._match_text_seq("NULL"):
            return exp.Null()
        if word := self.match_any("TRUE", "FALSE"):
            return exp.Boolean(this=word == "TRUE")
        if self._match_text_seq("CASE"):
            return self._case()
        if self._match_text_seq("EXISTS"):
            self.need_sign(TokenType.L_PAREN, "(")
            node = exp.Exists(this=self.query())
            self.need_sign(TokenType.R_PAREN, ")")
            return node
        if token.text.upper() == "CAST" and self._match_text_seq("CAST"):
            return self._cast()
        return None

    def _column(self, *, star: bool) -> exp.Column:
        parts: list[exp.Expr] = [self.name("a value")]
        while self._match(TokenType.DOT):
            if star and self._match(TokenType.STAR):
                parts.append(self.marked(exp.Star(), self._prev))
                break
            parts.append(self.name("the name of a column"))
        if len(parts) > 4:
            self.refuse("a column is schema.table.column.", parts[4])
        names = dict(
            zip(("this", "table", "db", "catalog"), reversed(parts), strict=False)
        )
        return self.marked(exp.Column(**names), parts[0])

    def _call(self) -> exp.Expr:
        token = self._curr
        self._advance(2)
        call = self.marked(exp.Anonymous(this=token.text), token)
        arguments: list[exp.Expr] = []
        if self._match(TokenType.STAR):
            arguments.append(self.marked(exp.Star(), self._prev))
        elif self._curr.token_type != TokenType.R_PAREN:
            word = self.match_any("DISTINCT", "ALL")
            if word == "DISTINCT":
                distinct = self.marked(exp.Distinct(), self._prev)
                distinct.set("expressions", [self.expression_of()])
                arguments.append(distinct)
            else:
                arguments += self.listed(self.expression_of)
        if not self._match(TokenType.R_PAREN):
            self.refuse_here(f") is missing behind {token.text}(")
        call.set("expressions", arguments)
        return call

    def _case(self) -> exp.Case:
        case = exp.Case()
        if self._curr.text.upper() != "WHEN":
            case.set("this", self.expression_of())
        while self._match_text_seq("WHEN"):
            branch = self.marked(exp.If(), self._prev)
            branch.set("this", self.expression_of())
            self.need("THEN")
            branch.set("true", self.expression_of())
            case.append("ifs", branch)
        if not case.args.get("ifs"):
            self.refuse_here("CASE is followed by WHEN")
        if self._match_text_seq("ELSE"):
            case.set("default", self.expression_of())
        self.need("END")
        return case

    def _cast(self) -> exp.Cast:
        self.need_sign(TokenType.L_PAREN, "(")
        value = self.expression_of()
        self.need("AS")
        token = self._curr
        if token.token_type != TokenType.VAR:
            self.refuse_here("a type is missing")
        self._advance()
        words = token.text.upper()
        if words == "DOUBLE" and self._match_text_seq("PRECISION"):
            words = "DOUBLE PRECISION"
        target = self.marked(exp.Var(this=words), token)
        cast = exp.Cast(this=value, to=target)
        if self._match(TokenType.L_PAREN):
            target.set("expressions", [self.whole_number(words)])
            self.need_sign(TokenType.R_PAREN, ")")
        self.need_sign(TokenType.R_PAREN, ")")
        return cast

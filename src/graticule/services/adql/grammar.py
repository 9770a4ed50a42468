"""Queries: what stands where in SELECT, FROM and what joins queries.

The grammar of ADQL 2.0 (appendix A) with WITH, OFFSET and set operations of 2.1. Makes
a tree of sqlglot's expressions; every node knows its line and column (``meta``).
Knows no table and no type.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import TokenType, exp

from graticule.services.adql.expressions_grammar import ExpressionGrammar

_SET_OPERATIONS: dict[str, type[exp.SetOperation]] = {
    "UNION": exp.Union,
    "EXCEPT": exp.Except,
}
_SIDES = ("LEFT", "RIGHT", "FULL")


class Grammar(ExpressionGrammar):
    """sqlglot's parser with ADQL's grammar."""

    def _parse_statement(self) -> exp.Expr:
        return self.query()

    def query(self) -> exp.Expr:
        """Read a query with all that belongs to it."""
        start = self._curr
        with_ = self._with() if self._match_text_seq("WITH") else None
        with self.deeper():
            body = self._set_operation()
            if self._match_text_seq("ORDER"):
                order = self.marked(exp.Order(), self._prev)
                self.need("BY")
                order.set("expressions", self.listed(self._ordered))
                body.set("order", order)
            if self._match_text_seq("OFFSET"):
                offset = self.marked(exp.Offset(), self._prev)
                offset.set("expression", self.whole_number("OFFSET"))
                body.set("offset", offset)
        if with_ is not None:
            if isinstance(body, exp.Subquery):
                self.refuse("WITH stands before SELECT, not before parentheses.", start)
            body.set("with_", with_)
        return body

    def _with(self) -> exp.With:
        with_ = self.marked(exp.With(), self._prev)
        if self._curr.text.upper() == "RECURSIVE":
            self.refuse("WITH RECURSIVE is not offered: ask for each step by itself.")
        with_.set("expressions", self.listed(self._common_table))
        return with_

    def _common_table(self) -> exp.CTE:
        name = self.name("a name for the query")
        self.need("AS")
        self.need_sign(TokenType.L_PAREN, "(")
        query = self.query()
        self.need_sign(TokenType.R_PAREN, ")")
        alias = exp.TableAlias(this=name)
        return self.marked(exp.CTE(this=query, alias=alias), name)

    def _set_operation(self) -> exp.Expr:
        left = self._intersection()
        count = 0
        while word := self.match_any(*_SET_OPERATIONS):
            count += 1
            self.check_chain(count, "set operations")
            left = self._joined_sets(_SET_OPERATIONS[word], left, self._intersection)
        return left

    def _intersection(self) -> exp.Expr:
        left = self._query_primary()
        count = 0
        while self._match_text_seq("INTERSECT"):
            count += 1
            self.check_chain(count, "set operations")
            left = self._joined_sets(exp.Intersect, left, self._query_primary)
        return left

    def _joined_sets(
        self,
        kind: type[exp.SetOperation],
        left: exp.Expr,
        parse: Callable[[], exp.Expr],
    ) -> exp.Expr:
        token = self._prev
        distinct = not self._match_text_seq("ALL")
        node = kind(this=left, expression=parse(), distinct=distinct)
        return self.marked(node, token)

    def _query_primary(self) -> exp.Expr:
        if self._match(TokenType.L_PAREN):
            token = self._prev
            query = self.query()
            self.need_sign(TokenType.R_PAREN, ")")
            return self.marked(exp.Subquery(this=query), token)
        return self._select()

    def _select(self) -> exp.Select:
        if not self._match_text_seq("SELECT"):
            self.refuse_here("a query begins with SELECT")
        select = self.marked(exp.Select(), self._prev)
        if self._match_text_seq("DISTINCT"):
            select.set("distinct", self.marked(exp.Distinct(), self._prev))
        else:
            self._match_text_seq("ALL")
        if self._match_text_seq("TOP"):
            limit = self.marked(exp.Limit(), self._prev)
            limit.set("expression", self.whole_number("TOP"))
            select.set("limit", limit)
        select.set("expressions", self.listed(self._item))
        if self._match_text_seq("FROM"):
            from_ = self.marked(exp.From(), self._prev)
            from_.set("this", self._from())
            select.set("from_", from_)
        if self._match_text_seq("WHERE"):
            where = self.marked(exp.Where(), self._prev)
            where.set("this", self.expression_of())
            select.set("where", where)
        if self._match_text_seq("GROUP"):
            group = self.marked(exp.Group(), self._prev)
            self.need("BY")
            group.set("expressions", self.listed(self.expression_of))
            select.set("group", group)
        if self._match_text_seq("HAVING"):
            having = self.marked(exp.Having(), self._prev)
            having.set("this", self.expression_of())
            select.set("having", having)
        return select

    def _item(self) -> exp.Expr:
        if self._match(TokenType.STAR):
            return self.marked(exp.Star(), self._prev)
        item = self.expression_of(star=True)
        if isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
            return item
        alias = self._alias()
        return self.marked(exp.Alias(this=item, alias=alias), alias) if alias else item

    def _alias(self) -> exp.Identifier | None:
        if self._match_text_seq("AS"):
            return self.name("a name after AS")
        return self.optional_name()

    def _ordered(self) -> exp.Ordered:
        start = self._curr
        value = self.expression_of()
        word = self.match_any("ASC", "DESC")
        return self.marked(exp.Ordered(this=value, desc=word == "DESC"), start)

    def _from(self) -> exp.Expr:
        left = self._joined_tables()
        while self._match(TokenType.COMMA):
            token = self._prev
            right = self._joined_tables()
            left.append("joins", self.marked(exp.Join(this=right, kind="CROSS"), token))
            self.check_chain(len(left.args["joins"]), "tables")
        return left

    def _joined_tables(self) -> exp.Expr:
        start = self._curr
        left = self._table()
        joins: list[exp.Join] = []
        while join := self._join():
            joins.append(join)
            self.check_chain(len(joins), "joins")
        if joins:
            left = self.marked(exp.Paren(this=left), start)
            left.set("joins", joins)
        return left

    def _join(self) -> exp.Join | None:
        token = self._curr
        natural = bool(self._match_text_seq("NATURAL"))
        side = kind = self.match_any("INNER", "CROSS", *_SIDES)
        if side in _SIDES:
            self._match_text_seq("OUTER")
        if not self._match_text_seq("JOIN"):
            if natural or kind:
                self.refuse_here("JOIN is missing")
            return None
        join = self.marked(exp.Join(this=self._table()), token)
        join.set("side", side if side in _SIDES else None)
        join.set("kind", "CROSS" if kind == "CROSS" else "INNER")
        if natural:
            join.set("method", "NATURAL")
        elif kind == "CROSS":
            pass
        elif self._match_text_seq("ON"):
            join.set("on", self.expression_of())
        elif self._match_text_seq("USING"):
            self.need_sign(TokenType.L_PAREN, "(")
            join.set("using", self.listed(lambda: self.name("a column")))
            self.need_sign(TokenType.R_PAREN, ")")
        else:
            self.refuse_here("a join needs ON or USING (or NATURAL before JOIN)")
        return join

    def _table(self) -> exp.Expr:
        with self.deeper():
            token = self._curr
            if not self._match(TokenType.L_PAREN):
                return self._named_table()
            if self.at_query():
                query = self.query()
                self.need_sign(TokenType.R_PAREN, ")")
                alias = self._alias()
                if alias is None:
                    self.refuse_here(
                        "a subquery in FROM needs a name: (SELECT ...) AS t"
                    )
                table_alias = exp.TableAlias(this=alias)
                return self.marked(exp.Subquery(this=query, alias=table_alias), token)
            inner = self._from()
            self.need_sign(TokenType.R_PAREN, ")")
            return self.marked(exp.Paren(this=inner), token)

    def _named_table(self) -> exp.Table:
        parts = [self.name("the name of a table")]
        while self._match(TokenType.DOT):
            parts.append(self.name("the name of a table"))
        if len(parts) > 3:
            self.refuse("a table is schema.table.", parts[3])
        if self._match(TokenType.L_PAREN):
            self.refuse("functions cannot stand in FROM: name a table.", parts[0])
        names = dict(zip(("this", "db", "catalog"), reversed(parts), strict=False))
        table = self.marked(exp.Table(**names), parts[0])
        alias = self._alias()
        if alias is not None:
            table.set("alias", exp.TableAlias(this=alias))
        return table

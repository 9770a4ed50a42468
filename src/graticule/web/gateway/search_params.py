"""What a search asks for, as a frozen value (contract webgateway 8.5)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from graticule.services.search.query import Node, both, field_query, parse
from graticule.web.gateway import numbers


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search and the shape of its answer.

    Attributes
    ----------
    images_only
        Not projects and datasets, too.
    parents
        Say what each thing hangs in.
    data
        Answer what viewers need of each image, or the part that ``key`` names.
    part
        Which of all that was found, in order.
    """

    text: str
    author: str
    images_only: bool
    parents: bool
    data: bool
    key: str | None
    part: slice

    def query(self) -> Node | None:
        """Parse what is searched for; ``None`` where that is no word.

        Raises
        ------
        graticule.services.search.query.QueryError
            If it cannot be understood.
        """
        words = parse(self.text)
        if words is None:
            return None
        return both(words, field_query("author", self.author))


def search_request(request: HttpRequest) -> SearchRequest:
    """Read the parameters of a search.

    Raises
    ------
    graticule.web.errors.ParameterError
        If ``start`` or ``limit`` is no integer.
    """
    query = request.GET
    images_only = query.get("ctx") == "imgs"
    start = max(0, numbers.integer(request, "start", 0) or 0)
    limit = max(0, numbers.integer(request, "limit", 0) or 0)
    return SearchRequest(
        text=query.get("text", ""),
        author=query.get("author", ""),
        images_only=images_only,
        parents=bool(query.get("parents")),
        data=images_only and bool(query.get("grabData")),
        key=query.get("key") or None,
        part=slice(start, start + limit if limit else None),
    )

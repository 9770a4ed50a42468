"""The OpenAPI document, and a page to read it and try it."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import get_resolver
from django.views.decorators.csrf import ensure_csrf_cookie

from graticule.web.openapi.document import document
from graticule.web.openapi.doors import DOORS
from graticule.web.openapi.routes import routes_of


@cache
def _described(root: str) -> dict[str, Any]:
    return document(routes_of(get_resolver().url_patterns), DOORS, root)


def openapi(request: HttpRequest) -> JsonResponse:
    """Answer the document."""
    root = request.META.get("SCRIPT_NAME", "").rstrip("/")
    return JsonResponse(_described(root))


# Tried requests that change something need the token.
@ensure_csrf_cookie
def openapi_page(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    return render(request, "graticule/openapi.html")

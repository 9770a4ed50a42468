"""Pages are filled here: what every page shows, and the template's own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from graticule.web.pages import answers


def shown(request: HttpRequest, template: str, filling: dict[str, Any]) -> HttpResponse:
    """Fill a template of the viewer."""
    return render(request, f"graticule/{template}", answers.shared() | filling)

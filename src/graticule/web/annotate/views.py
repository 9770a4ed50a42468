"""Annotations, read and written: parse, authorise, ask, encode, reply."""

from __future__ import annotations

from django.http import HttpRequest

from graticule.services.annotating import tags as tagging
from graticule.web.annotate import answers, params
from graticule.web.annotate.answers import Json
from graticule.web.annotate.wrapper import json_view
from graticule.web.principal import person_of, writer_of


@json_view("GET", "POST")
def tags(request: HttpRequest) -> Json:
    """Suggest tags, or change those of any number of things."""
    if request.method == "GET":
        text = request.GET.get("q", "").replace("\0", "")
        return answers.suggested(tagging.suggest(person_of(request), text.strip()))
    person = writer_of(request)
    asked = params.tags(request.body)
    changes = tagging.change_tags(person, asked.targets, asked.add, asked.remove)
    return answers.changed_tags(changes)

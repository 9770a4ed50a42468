"""Annotations, read and written: parse, authorise, ask, encode, reply.

What changes one thing answers how it is afterwards.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from graticule.catalog.models import Person
from graticule.services.acquisition import acquisition_of
from graticule.services.annotating import state, values
from graticule.services.annotating import tags as tagging
from graticule.services.annotating.files import attach_file, attached_file
from graticule.services.annotating.tables import attach_table
from graticule.services.annotating.targets import Target
from graticule.services.annotating.words import change_words
from graticule.services.original_metadata import as_text, original_metadata
from graticule.web.annotate import answers, params
from graticule.web.annotate.answers import Json
from graticule.web.attachment import attachment
from graticule.web.json_views import json_view
from graticule.web.principal import person_of, writer_of
from graticule.web.sending import send_file


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


@json_view("POST")
def pairs_of_many(request: HttpRequest) -> Json:
    """Write the same key-values onto many things."""
    person = writer_of(request)
    asked = params.pairs(request.body)
    count = values.add_pairs(person, asked.targets, asked.namespace, asked.pairs)
    return answers.written_pairs(len(asked.pairs), count)


@json_view("GET")
def thing(request: HttpRequest, kind: str, thing: str) -> Json:
    """Answer what a thing bears, and what may be done to it."""
    return _state(person_of(request), Target(kind, int(thing)))


def _state(person: Person, target: Target) -> Json:
    return answers.state(state.state_of(person, target))


@json_view("GET")
def acquisition(request: HttpRequest, image: int) -> Json:
    """Answer how an image was taken."""
    return answers.acquisition(acquisition_of(person_of(request), image))


@json_view("GET")
def original(request: HttpRequest, image: int) -> Json:
    """Answer what the file of an image says."""
    found = original_metadata(person_of(request), image)
    return answers.original(found, request.GET.get("q", ""))


@json_view("GET")
def original_text(request: HttpRequest, image: int) -> HttpResponseBase:
    """Answer what the file of an image says, as text to keep."""
    found = original_metadata(person_of(request), image)
    headers = {"Content-Disposition": attachment(f"{found.file}.txt")}
    text = "".join(as_text(found))
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


@json_view("POST")
def words(request: HttpRequest, kind: str, thing: str) -> Json:
    """Change name or description."""
    person, target = writer_of(request), Target(kind, int(thing))
    change_words(person, target, **params.words(request.body))
    return _state(person, target)


@json_view("POST")
def comment(request: HttpRequest, kind: str, thing: str) -> Json:
    """Write a comment."""
    person, target = writer_of(request), Target(kind, int(thing))
    values.add_comment(person, target, params.text(request.body, "text"))
    return _state(person, target)


@json_view("POST")
def rating(request: HttpRequest, kind: str, thing: str) -> Json:
    """Give stars, or take one's own back."""
    person, target = writer_of(request), Target(kind, int(thing))
    values.rate(person, target, params.stars(request.body))
    return _state(person, target)


@json_view("POST")
def pairs(request: HttpRequest, kind: str, thing: str) -> Json:
    """Write key-values, new ones or instead of others."""
    person, target = writer_of(request), Target(kind, int(thing))
    asked = params.pairs(request.body)
    values.save_pairs(
        person, target, asked.annotation, asked.namespace, asked.pairs, asked.was
    )
    return _state(person, target)


@json_view("POST")
def attach(request: HttpRequest, kind: str, thing: str) -> Json:
    """Attach the file that is the body of the request."""
    person, target = writer_of(request), Target(kind, int(thing))
    asked = params.file(request)
    attach_file(
        person, target, asked.name, asked.media_type, request.read, asked.size_bytes
    )
    return _state(person, target)


@json_view("POST")
def attach_as_table(request: HttpRequest, kind: str, thing: str) -> Json:
    """Attach the file that is the body of the request, as a table."""
    person, target = writer_of(request), Target(kind, int(thing))
    asked = params.file(request)
    attach_table(person, target, asked.name, request.read, asked.size_bytes)
    return _state(person, target)


@json_view("POST")
def remove(request: HttpRequest, link: int) -> Json:
    """Take an annotation off."""
    person = writer_of(request)
    return _state(person, values.take_off(person, link))


@json_view("GET", "HEAD")
def download(request: HttpRequest, annotation: int) -> HttpResponseBase:
    """Send an attached file."""
    row, file = attached_file(person_of(request), annotation)
    return send_file(request, file, row.name)

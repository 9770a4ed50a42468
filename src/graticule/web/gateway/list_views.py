"""Views that answer lists and facts (contract 7, 8.1-8.3, 13; numbers 1, 18-25, 49).

Each is parse, authorise, ask, encode, reply.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from graticule.catalog.models import Dataset, Person, Project, Well
from graticule.errors import LimitError, NotFoundError
from graticule.services import containers, plates
from graticule.services.histograms import plane_histogram
from graticule.services.image_data import image_data
from graticule.services.remembered import Remembered
from graticule.services.scenes import find_scene
from graticule.web import errors
from graticule.web.clients.choice import chosen_page
from graticule.web.errors import ParameterError
from graticule.web.gateway import answers, numbers
from graticule.web.gateway.image_answers import image_answer
from graticule.web.gateway.wrapper import JsonText, json_view, quoted_empty
from graticule.web.pages.views import image_detail
from graticule.web.principal import is_public, person_of

_image_texts: Remembered[JsonText] = Remembered(2_000)


def index(request: HttpRequest) -> HttpResponse:
    """Greet; the path of this view is what clients use as prefix (13.5)."""
    del request
    return HttpResponse("Welcome to webgateway")


@json_view
def image_data_json(request: HttpRequest, iid: str, key: str | None = None) -> Any:
    """Answer everything a viewer needs of an image (contract 7)."""
    person = person_of(request)
    image_id = numbers.path_number(iid)
    imported = request.GET.get("getDefaults") == "true"

    def write() -> JsonText:
        return JsonText(json.dumps(image_facts(person, image_id, imported=imported)))

    try:
        text = _image_texts.get((person.pk, image_id, imported), write)
    except NotFoundError as error:
        if is_public(request):
            # So that clients try to log in (contract 2.4).
            return HttpResponse(status=403)
        errors.log(request, error)
        return HttpResponse(str(error), status=404)
    return text if key is None else step_into(json.loads(text), key)


def image_facts(
    person: Person, image_id: int, *, imported: bool = False
) -> dict[str, Any]:
    """Collect and write everything a viewer needs of an image (contract 7)."""
    return image_answer(
        image_data(person, image_id, imported=imported),
        interpolate=settings.GRATICULE["interpolate_pixels"],
        initial_zoom=settings.GRATICULE["initial_zoom_level"],
        max_tile_length=settings.GRATICULE["max_tile_length"],
    )


def step_into(value: Any, path: str | None) -> Any:
    """Take the part of an answer that a dotted path names; all without one."""
    if path is None:
        return value
    for name in path.split("."):
        if not isinstance(value, dict):
            raise ParameterError(f"{path} steps into something that has no keys.")
        value = value.get(name)
        if value is None or value == {}:
            return None
    return value


@json_view
def list_projects(request: HttpRequest) -> list[dict[str, Any]]:
    """Answer all projects (contract 8.1)."""
    return [
        {"id": project.pk, "name": project.name, "description": project.description}
        for project in containers.projects(person_of(request))
    ]


@json_view
def project_detail(request: HttpRequest, pid: str) -> dict[str, Any]:
    """Answer one project (contract 8.1)."""
    projects = Project.objects.all()
    return answers.simple(
        containers.find(person_of(request), projects, numbers.path_number(pid))
    )


@json_view
def list_datasets(request: HttpRequest, pid: str) -> list[dict[str, Any]]:
    """Answer the datasets of a project; none for an unknown one (contract 8.1)."""
    found = containers.datasets_of(person_of(request), numbers.path_number(pid))
    return [
        {**answers.simple(dataset), "child_count": count} for dataset, count in found
    ]


@json_view
def dataset_detail(request: HttpRequest, did: str) -> dict[str, Any]:
    """Answer one dataset (contract 8.1)."""
    datasets = Dataset.objects.all()
    return answers.simple(
        containers.find(person_of(request), datasets, numbers.path_number(did))
    )


@json_view
def list_images(request: HttpRequest, did: str) -> HttpResponse | list[dict[str, Any]]:
    """Answer the images of a dataset (contract 8.2)."""
    person = person_of(request)
    tiled = bool(request.GET.get("tiled"))
    most = settings.GRATICULE["max_plane_pixels"]
    try:
        dataset = containers.find(
            person, Dataset.objects.all(), numbers.path_number(did)
        )
    except NotFoundError:
        return quoted_empty()
    return [
        answers.image_form(image, tiled=tiled, max_plane_pixels=most)
        for image in containers.images_of(person, dataset)
    ]


@json_view
def list_well_images(
    request: HttpRequest, did: str
) -> HttpResponse | list[dict[str, Any]]:
    """Answer the images of a well, of one run if asked (contract 8.3)."""
    person = person_of(request)
    run = numbers.integer(request, "run", None)
    try:
        samples = containers.samples_of(person, numbers.path_number(did), run)
    except NotFoundError:
        return quoted_empty()
    return [answers.sample_form(sample) for sample in samples]


@json_view
def well_data(request: HttpRequest, wid: str) -> HttpResponse | dict[str, Any]:
    """Answer one well by its first image (contract 8.3)."""
    person = person_of(request)
    try:
        wells = Well.objects.select_related("plate")
        well = containers.find(person, wells, numbers.path_number(wid))
    except NotFoundError:
        return quoted_empty()
    samples = containers.samples_of(person, well.pk)
    if not samples:
        raise NotFoundError(f"Well:{well.pk} has no image")
    return {
        **answers.image_form(samples[0].image),
        "wellPos": plates.well_label(well.plate, well),
        "plateId": well.plate_id,
        "wellId": well.pk,
    }


def histogram_json(request: HttpRequest, iid: str, channel: str) -> HttpResponse:
    """Answer the histogram of a plane; not JSONP (contract 13.1)."""
    scene = find_scene(person_of(request), numbers.path_number(iid))
    z = numbers.integer(request, "theZ", 0) or 0
    t = numbers.integer(request, "theT", 0) or 0
    bins = numbers.integer(request, "bins", 256) or 0
    try:
        counts = plane_histogram(
            scene,
            channel=numbers.path_number(channel),
            z=max(0, z),
            t=max(0, t),
            bins=bins if bins > 0 else 256,
        )
    except LimitError as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"data": counts})


def viewer_page(request: HttpRequest, iid: str) -> HttpResponse:
    """Show the image page, or go to the client that was chosen for it (13.2)."""
    person_of(request)
    image_id = numbers.path_number(iid)
    chosen = chosen_page(image_id, request.META.get("QUERY_STRING", ""))
    return redirect(chosen) if chosen else image_detail(request, image_id)

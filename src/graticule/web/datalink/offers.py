"""The services that are offered for images and plates, and how they are called.

Each becomes rows that refer to a descriptor (DataLink 1.1, section 4). Parameters
come from where they are declared: the task's model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from graticule.services.observatory.linked import Linked, public_person
from graticule.services.tasks.allowed import may_use
from graticule.services.tasks.registry import tasks
from graticule.services.tasks.task import Task
from graticule.web.datalink.model import LINKS, Descriptor, Parameter
from graticule.web.uws.access import Caller, may_create
from graticule.web.uws.fields import Field, fields_of
from graticule.web.uws.places import path_of

_ZIP = "application/zip"
# Ids that the catalogue knows things by (links name them by their identifiers), and
# words that are the gateway's.
_LEFT_OUT = frozenset(
    {"ID", "IMAGE", "DATASET", "PROJECT", "WELL", "PLATE", "SCREEN", "ROI", "RDEF"}
    | {"C", "MAPS", "M", "P", "ZIP"}
)
_NOT_ONE_VALUE = frozenset({"lines", "choices", "file"})
_DATATYPES = {"number": "double", "tick": "boolean"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A service that works on images, on plates, or on both.

    Attributes
    ----------
    name
        What this server calls it, in ``local_semantics`` too.
    route
        ``uws_sync``, or ``uws_list`` for jobs.
    kinds
        What it works on.
    """

    name: str
    task: Task
    route: str
    semantics: str
    description: str
    content_type: str
    kinds: frozenset[str]
    needs_login: bool
    authorized: bool
    standard: str = ""

    def fits(self, linked: Linked) -> bool:
        """Say whether the service can work on something."""
        return linked.named.kind in self.kinds

    def id_for(self, linked: Linked) -> str:
        """Give the id of the descriptor to use for something."""
        del linked
        return self.name

    def content_type_for(self, linked: Linked) -> str:
        """Say what comes of it."""
        return self.content_type if linked.image is not None else _ZIP

    def descriptors(
        self, request: HttpRequest, linked: tuple[Linked, ...]
    ) -> Iterator[Descriptor]:
        """Describe how it is called, where it fits any of some things."""
        if any(self.fits(each) for each in linked):
            yield Descriptor(
                self.name,
                self.name,
                self.task.help,
                request.build_absolute_uri(path_of(self.route, self.task.name)),
                (_ID, *parameters_of(self.task)),
                self.standard,
                self.content_type,
            )


_ID = Parameter(
    "ID",
    ucd="meta.ref.url;meta.curation",
    description="The image or plate.",
    from_column="ID",
)
_BOTH = frozenset({"image", "plate"})
_IMAGES = frozenset({"image"})
_OFFERED = (
    ("ome-tiff", "The image as OME-TIFF, bit for bit", "image/tiff", _IMAGES),
    ("ome-zarr", "All pixels as OME-Zarr, in an archive", _ZIP, _BOTH),
    ("movie", "A movie along z or t", "video/mp4", _IMAGES),
)


def offers_to(request: HttpRequest) -> tuple[Offer, ...]:
    """List what is offered to whoever asks."""
    return tuple(_offers(request))


def _offers(request: HttpRequest) -> Iterator[Offer]:
    known = tasks()
    caller = Caller.of(request)
    makes_jobs = may_create(request, caller)
    public = public_person()
    for name, description, content_type, kinds in _OFFERED:
        if name not in known:
            continue
        is_open = public is not None and _is_open_to_all(name)
        authorized = makes_jobs and may_use(caller.person, name)
        for route, suffix, how in (
            ("uws_sync", "", ""),
            ("uws_list", "-async", ", as a job"),
        ):
            yield Offer(
                name=f"{name}{suffix}",
                task=known[name],
                route=route,
                semantics="#proc",
                description=f"{description}{how}",
                content_type=content_type,
                kinds=kinds,
                needs_login=not is_open,
                authorized=authorized,
                standard="ivo://ivoa.net/std/UWS#rest-1.1" if suffix else "",
            )


def _is_open_to_all(service: str) -> bool:
    values = settings.GRATICULE
    return (
        values["anonymous_jobs"] != "none"
        and not values["public_get_only"]
        and may_use(None, service)
    )


def parameters_of(task: Task) -> Iterator[Parameter]:
    """Describe a task's parameters, those of the catalogue and the gateway left out."""
    for field in fields_of(task, {}):
        if field.name not in _LEFT_OUT and field.kind not in _NOT_ONE_VALUE:
            yield _parameter(field)


def _parameter(field: Field) -> Parameter:
    datatype = _DATATYPES.get(field.kind, "char")
    if field.kind == "number" and field.limits.get("step") not in {None, "any"}:
        datatype = "int"
    default = f" If empty: {field.value}." if field.value else ""
    return Parameter(
        field.name,
        datatype,
        "*" if datatype == "char" else "",
        description=f"{field.help}{default}",
        minimum=field.limits.get("min", ""),
        maximum=field.limits.get("max", ""),
        options=tuple(choice.value for choice in field.choices),
    )


def itself(address: str) -> Descriptor:
    """Describe the service of links (L3)."""
    return Descriptor(
        "",
        "links",
        "Links from images and plates to all there is of them.",
        address,
        (
            Parameter(
                "ID",
                ucd="meta.id;meta.main",
                description="Identifiers of images and plates; repeat it for several.",
            ),
            Parameter("RESPONSEFORMAT", options=("votable",)),
        ),
        LINKS,
        utype="adhoc:this",
    )

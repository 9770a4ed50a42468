"""The services that are offered for images and plates, and how they are called.

Each becomes rows that refer to a descriptor (DataLink 1.1, section 4). Parameters
come from where they are declared: the task's model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from graticule.catalog.models import Image
from graticule.services.observatory.descriptors import (
    ServiceParameter,
    cutout_parameters,
)
from graticule.services.observatory.linked import Linked, public_person
from graticule.services.tasks.allowed import may_use
from graticule.services.tasks.registry import tasks
from graticule.services.tasks.task import Task
from graticule.web.datalink.model import LINKS, Descriptor, Parameter
from graticule.web.uws.access import Caller, may_create
from graticule.web.uws.fields import Field, fields_of
from graticule.web.uws.places import path_of
from graticule.web.vosi.model import STANDARDS

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
        image = linked.image
        if self.task.name in _OF_STACKS and image is not None:
            return image.size_z * image.size_t > 1
        return linked.named.kind in self.kinds

    def id_for(self, linked: Linked) -> str:
        """Give the id of the descriptor to use for something."""
        del linked
        return self.name

    def content_type_for(self, linked: Linked) -> str:
        """Say what comes of it."""
        if linked.image is not None or not self.content_type:
            return self.content_type
        return _ZIP

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


@dataclass(frozen=True, slots=True)
class CutoutOffer(Offer):
    """The service of cutouts: each image has ranges of its own."""

    def id_for(self, linked: Linked) -> str:
        """Give the id of the image's own descriptor."""
        return f"{self.name}-{linked.named.id}"

    def content_type_for(self, linked: Linked) -> str:
        """Say what comes of it: FITS stays FITS."""
        image = linked.image
        assert image is not None
        return cutout_type(image)

    def descriptors(
        self, request: HttpRequest, linked: tuple[Linked, ...]
    ) -> Iterator[Descriptor]:
        """Describe how it is called for each image, with what there is to choose."""
        address = request.build_absolute_uri(path_of(self.route, self.task.name))
        for each in linked:
            if each.image is not None:
                identity = self.id_for(each)
                yield Descriptor(
                    identity,
                    identity,
                    f"{self.description}: {each.name}",
                    address,
                    tuple(map(_of_cutouts, cutout_parameters(each.image))),
                    self.standard,
                    self.content_type_for(each),
                )


def cutout_type(image: Image) -> str:
    """Say what comes of a cutout where nothing else is asked for."""
    is_fits = image.fileset is not None and image.fileset.format == "FITS"
    return "application/fits" if is_fits else "image/tiff"


def _of_cutouts(declared: ServiceParameter) -> Parameter:
    return Parameter(
        declared.name,
        declared.datatype,
        declared.arraysize,
        declared.unit,
        declared.ucd,
        declared.xtype,
        declared.description,
        from_column="ID" if declared.name == "ID" else "",
        minimum=declared.minimum,
        maximum=declared.maximum,
        options=declared.options,
    )


_ID = Parameter(
    "ID",
    ucd="meta.ref.url;meta.curation",
    description="The image or plate.",
    from_column="ID",
)
_BOTH = frozenset({"image", "plate"})
_IMAGES = frozenset({"image"})
_CUTOUT = "cutout"
_CUTOUTS = (
    ("uws_sync", "", "SODA#sync-1.0", "Cut out a part of the image"),
    ("uws_list", "-async", "SODA#async-1.0", "Cut out parts of the image, as a job"),
)
_OFFERED = (
    ("ome-tiff", "The image as OME-TIFF, bit for bit", "image/tiff", _IMAGES),
    ("ome-zarr", "All pixels as OME-Zarr, in an archive", _ZIP, _BOTH),
    ("movie", "A movie along z or t", "video/mp4", _IMAGES),
    ("datalink", "The originals of many images, or cutouts", "", _BOTH),
)
# What needs several planes or times.
_OF_STACKS = frozenset({"movie"})
# Those that are jobs alone, under links.
_JOBS_ALONE = frozenset({"datalink"})


_WAYS = (("uws_sync", "", ""), ("uws_list", "-async", ", as a job"))


def offers_to(request: HttpRequest) -> tuple[Offer, ...]:
    """List what is offered to whoever asks."""
    return tuple(_offers(request))


def _offers(request: HttpRequest) -> Iterator[Offer]:
    known = tasks()
    caller = Caller.of(request)
    makes_jobs = may_create(request, caller)
    public = public_person()

    def rights(name: str) -> tuple[bool, bool]:
        """Say whether one must have logged in, and whether whoever asks may use it."""
        is_open = public is not None and _is_open_to_all(name)
        return not is_open, makes_jobs and may_use(caller.person, name)

    if _CUTOUT in known:
        needs_login, authorized = rights(_CUTOUT)
        for route, suffix, standard, words in _CUTOUTS:
            yield CutoutOffer(
                name=f"{_CUTOUT}{suffix}",
                task=known[_CUTOUT],
                route=route,
                semantics="#cutout",
                description=words,
                content_type="",
                kinds=_IMAGES,
                needs_login=needs_login,
                authorized=authorized,
                standard=f"{STANDARDS}{standard}",
            )
    for name, description, content_type, kinds in _OFFERED:
        if name not in known:
            continue
        needs_login, authorized = rights(name)
        for route, suffix, how in _WAYS[1 if name in _JOBS_ALONE else 0 :]:
            yield Offer(
                name=f"{name}{suffix}",
                task=known[name],
                route=route,
                semantics="#proc",
                description=f"{description}{how}",
                content_type=content_type,
                kinds=kinds,
                needs_login=needs_login,
                authorized=authorized,
                standard=f"{STANDARDS}UWS#rest-1.1" if suffix else "",
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

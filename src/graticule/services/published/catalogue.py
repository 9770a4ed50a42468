"""The catalogue's own tables as astronomers and scripts may ask them: ``graticule``.

One entry for each table: columns, units, meanings, where they come from. Numbers
count from 0 as they do inside; ids are those of every other door.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Model, OuterRef, QuerySet, Subquery

from graticule.catalog import models as catalog
from graticule.services.published.model import ForeignKey
from graticule.services.published.source import Seen, Source, Word, make_table

SCHEMA = "graticule"
DESCRIPTION = "Images and what belongs to them, as the catalogue knows them."

_Rows = tuple[tuple[str, str, Word, str, str, str], ...]


def _id(name: str, what: str, way: str = "pk") -> tuple[str, str, Word, str, str, str]:
    return (name, way, "long", "", "meta.id", what)


def _common(prefix: str = "") -> _Rows:
    return (
        ("name", f"{prefix}name", "text", "", "meta.title", "What it is called"),
        ("description", "description", "text", "", "meta.note", "What people wrote"),
        ("owner", "owner__username", "text", "", "meta.curation", "Whose it is"),
        ("owner_group", "group__name", "text", "", "meta.curation", "Its group"),
        (
            *("created", "created", "time", "", "time.creation"),
            "When it came into the catalogue, UTC",
        ),
    )


def _key(schema_table: str, here: str, there: str, what: str) -> ForeignKey:
    return ForeignKey(f"{SCHEMA}.{schema_table}", ((here, there),), what)


_IMAGE_KEY = _key("images", "image_id", "image_id", "The image")
_NAMES = ("person_name", "group_name")


def _things(
    name: str, model: type[Model], kind: str, id_name: str, what: str, extra: _Rows = ()
) -> Source:
    """Make the table of owned things of one kind."""
    table, fields = make_table(
        SCHEMA, name, what, (_id(id_name, "Its number"), *_common(), *extra)
    )
    return Source(table, model, fields, (Seen(model),), (kind, *_NAMES))


_End = tuple[str, type[Model], str]


def _links(
    name: str,
    model: type[Model],
    what: str,
    ends: tuple[_End, _End],
) -> Source:
    """Make a table that says which things are in which; seen by who sees both.

    The copy is cut by the number of what is in the other.
    """
    (outer, *_), (inner, *_) = ends
    table, fields = make_table(
        SCHEMA,
        name,
        what,
        tuple(_id(f"{end}_id", f"The {end}", f"{end}_id") for end, _, _ in ends),
        tuple(_key(t, f"{e}_id", f"{e}_id", f"The {e}") for e, _, t in ends),
    )
    seen = tuple(Seen(thing, f"{end}__") for end, thing, _ in ends)
    watches = (f"{outer}_{inner}", f"{inner}_rights", f"{inner}_{outer}")
    return Source(table, model, fields, seen, watches, key=f"{inner}_id")


def _images() -> Source:
    table, fields = make_table(
        SCHEMA,
        "images",
        "Images, one row each: sizes, what a pixel measures, when they were taken.",
        (
            _id("image_id", "Number of the image"),
            *_common(),
            (
                "format",
                "fileset__format",
                "text",
                "",
                "meta.code",
                "Format of its files",
            ),
            ("pixel_type", "pixel_type", "text", "", "meta.code", "Type of its pixels"),
            ("size_x", "size_x", "int", "pixel", "meta.number", "Width"),
            ("size_y", "size_y", "int", "pixel", "meta.number", "Height"),
            ("size_z", "size_z", "int", "", "meta.number", "Number of sections"),
            ("size_c", "size_c", "int", "", "meta.number", "Number of channels"),
            ("size_t", "size_t", "int", "", "meta.number", "Number of times"),
            *(
                (
                    *(f"pixel_{side}", f"pixel_{side}_um", "double", "um"),
                    *("instr.pixel;phys.size", f"{side.capitalize()} of a pixel"),
                )
                for side in ("width", "height", "depth")
            ),
            (
                *("time_increment", "time_increment", "double", "s"),
                *("time.interval", "Seconds from one time to the next"),
            ),
            (
                *("magnification", "nominal_magnification", "double", ""),
                *("instr.param", "Nominal magnification of the objective"),
            ),
            ("acquired", "acquired", "time", "", "time.start", "When taken, UTC"),
        ),
    )
    watches = ("image", "image_format", *_NAMES)
    return Source(table, catalog.Image, fields, (Seen(catalog.Image),), watches)


def _channels() -> Source:
    table, fields = make_table(
        SCHEMA,
        "channels",
        "Channels of images, in their order.",
        (
            _id("channel_id", "Number of the channel"),
            _id("image_id", "Its image", "image_id"),
            ("channel_index", "index", "int", "", "meta.number", "Place, from 0"),
            ("name", "name", "text", "", "meta.title", "What it is called"),
            ("emission", "emission_nm", "double", "nm", "em.wl", "Emission"),
            ("excitation", "excitation_nm", "double", "nm", "em.wl", "Excitation"),
            ("minimum", "minimum", "double", "", "stat.min", "Least value of a pixel"),
            ("maximum", "maximum", "double", "", "stat.max", "Greatest value"),
        ),
        (_IMAGE_KEY,),
    )
    seen = (Seen(catalog.Image, "image__"),)
    watches = ("channel", "image_rights")
    return Source(table, catalog.Channel, fields, seen, watches, key="image_id")


def _plates() -> Source:
    extra: _Rows = (
        ("plate_rows", "rows", "int", "", "meta.number", "Rows of wells"),
        ("plate_columns", "columns", "int", "", "meta.number", "Columns of wells"),
        (
            *("external_identifier", "external_identifier", "text", ""),
            *("meta.id", "What others call it, a barcode say"),
        ),
    )
    return _things(
        "plates", catalog.Plate, "plate", "plate_id", "Multi-well plates.", extra
    )


def _wells() -> Source:
    table, fields = make_table(
        SCHEMA,
        "wells",
        "Wells of plates.",
        (
            _id("well_id", "Number of the well"),
            _id("plate_id", "Its plate", "plate_id"),
            ("well_row", "row", "int", "", "meta.number", "Row, from 0"),
            ("well_column", "column", "int", "", "meta.number", "Column, from 0"),
            ("kind", "kind", "text", "", "meta.code", "What is in it"),
            ("status", "status", "text", "", "meta.code", "What was said of it"),
        ),
        (_key("plates", "plate_id", "plate_id", "The plate"),),
    )
    return Source(table, catalog.Well, fields, (Seen(catalog.Well),), ("well",))


def _well_images() -> Source:
    table, fields = make_table(
        SCHEMA,
        "well_images",
        "Fields of wells: which image was taken where.",
        (
            _id("well_id", "The well", "well_id"),
            _id("image_id", "The image", "image_id"),
            _id("run_id", "Run over the plate (plate_runs)", "acquisition_id"),
            ("field_index", "index", "int", "", "meta.number", "Place, from 0"),
            ("position_x", "position_x_um", "double", "um", "pos", "Where in the well"),
            ("position_y", "position_y_um", "double", "um", "pos", "Where in the well"),
        ),
        (_key("wells", "well_id", "well_id", "The well"), _IMAGE_KEY),
    )
    seen = (Seen(catalog.Well, "well__"), Seen(catalog.Image, "image__"))
    watches = ("well_image", "image_well", "image_rights")
    return Source(table, catalog.WellSample, fields, seen, watches, key="image_id")


def _runs() -> Source:
    table, fields = make_table(
        SCHEMA,
        "plate_runs",
        "Runs over plates.",
        (
            _id("run_id", "Number of the run"),
            _id("plate_id", "Its plate", "plate_id"),
            ("name", "name", "text", "", "meta.title", "What it is called"),
            ("started", "started", "time", "", "time.start", "When it began, UTC"),
            ("ended", "ended", "time", "", "time.end", "When it ended, UTC"),
        ),
        (_key("plates", "plate_id", "plate_id", "The plate"),),
    )
    model = catalog.PlateAcquisition
    return Source(table, model, fields, (Seen(model),), ("plate_run",))


def _rois() -> Source:
    table, fields = make_table(
        SCHEMA,
        "rois",
        "Regions of interest of images; their shapes are in shapes.",
        (
            _id("roi_id", "Number of the region"),
            _id("image_id", "Its image", "image_id"),
            *_common(),
        ),
        (_IMAGE_KEY,),
    )
    seen = (Seen(catalog.Roi),)
    return Source(table, catalog.Roi, fields, seen, ("roi", *_NAMES))


def _shapes() -> Source:
    def side(name: str) -> tuple[str, str, Word, str, str, str]:
        what = "Bounding box, in pixels of the full-size image"
        return (name, name, "double", "pixel", "pos.cartesian;instr.det", what)

    table, fields = make_table(
        SCHEMA,
        "shapes",
        "Shapes of regions, by their bounding boxes.",
        (
            _id("shape_id", "Number of the shape"),
            _id("roi_id", "Its region", "roi_id"),
            _id("image_id", "Its image", "on_image"),
            ("kind", "kind", "text", "", "meta.code", "Rectangle, Ellipse, Polygon …"),
            ("z_index", "z", "int", "", "meta.number", "Section from 0; null on all"),
            ("c_index", "c", "int", "", "meta.number", "Channel from 0; null on all"),
            ("t_index", "t", "int", "", "meta.number", "Time from 0; null at all"),
            *(side(name) for name in ("min_x", "min_y", "max_x", "max_y")),
            ("label", "text", "text", "", "meta.note", "What is written at it"),
        ),
        (_key("rois", "roi_id", "roi_id", "The region"), _IMAGE_KEY),
    )
    seen = (Seen(catalog.Roi, "roi__"),)
    watches = ("shape", "roi_rights")
    return Source(table, catalog.Shape, fields, seen, watches, key="roi_id")


def _annotations() -> Source:
    table, fields = make_table(
        SCHEMA,
        "annotations",
        "Tags, comments, ratings, key-value pairs, files: what is on which thing says "
        "annotation_links.",
        (
            _id("annotation_id", "Number of the annotation"),
            ("kind", "kind", "text", "", "meta.code", "tag, map, comment, rating …"),
            ("namespace", "namespace", "text", "", "meta.code", "Who means what by it"),
            ("text_value", "text", "text", "", "meta.note", "Tag, comment, term, XML"),
            ("pairs", "pairs", "text", "", "meta.note", "Keys and values, as JSON"),
            ("number_value", "number", "double", "", "", "A number"),
            ("whole_value", "whole", "long", "", "", "A whole number; rating 1 to 5"),
            ("truth_value", "truth", "boolean", "", "", "True or false"),
            ("time_value", "time", "time", "", "time", "A time, UTC"),
            ("file_name", "file__name", "text", "", "meta.file", "An attached file"),
            (
                "description",
                "description",
                "text",
                "",
                "meta.note",
                "What people wrote",
            ),
            ("owner", "owner__username", "text", "", "meta.curation", "Whose it is"),
            ("owner_group", "group__name", "text", "", "meta.curation", "Its group"),
            ("created", "created", "time", "", "time.creation", "When made, UTC"),
        ),
    )
    model = catalog.Annotation
    watches = ("annotation", "annotation_file", *_NAMES)
    return Source(table, model, fields, (Seen(model),), watches)


_BEARERS: tuple[tuple[str, type[Model]], ...] = (
    ("image", catalog.Image),
    ("dataset", catalog.Dataset),
    ("project", catalog.Project),
    ("screen", catalog.Screen),
    ("plate", catalog.Plate),
    ("plateacquisition", catalog.PlateAcquisition),
    ("well", catalog.Well),
    ("roi", catalog.Roi),
)


def _annotation_links(kind: str, model: type[Model]) -> Source:
    """Make the table of links to things of one kind: seen by who sees both ends."""
    word = "plate_run" if kind == "plateacquisition" else kind
    column = "run_id" if word == "plate_run" else f"{word}_id"

    def rows() -> QuerySet[Any]:
        there: QuerySet[Any] = QuerySet(model).filter(pk=OuterRef("target_id"))
        links = catalog.AnnotationLink.objects.filter(
            target_type=ContentType.objects.get_for_model(model)
        )
        return links.annotate(
            thing_pk=F("target_id"),
            thing_owner_id=Subquery(there.values("owner_id")),
            thing_group_id=Subquery(there.values("group_id")),
            linked_by=F("owner__username"),
        )

    table, fields = make_table(
        SCHEMA,
        f"{word}_annotations",
        f"Which annotations are on which {word.replace('_', ' ')}, and who put them "
        "there.",
        (
            _id("annotation_id", "The annotation", "annotation_id"),
            _id(column, "What it is on", "target_id"),
            ("linked_by", "linked_by", "text", "", "meta.curation", "Who put it there"),
            ("linked", "created", "time", "", "time.creation", "When, UTC"),
        ),
        (
            _key("annotations", "annotation_id", "annotation_id", "The annotation"),
            _key(f"{word}s", column, column, f"The {word.replace('_', ' ')}"),
        ),
    )
    return Source(
        table,
        catalog.AnnotationLink,
        fields,
        (Seen(catalog.Annotation, "annotation__"), Seen(model, "thing_")),
        ("annotation_link", "linked_annotation", f"{kind}_rights", "person_name"),
        key="target_id",
        rows=rows,
    )


@cache
def sources() -> tuple[Source, ...]:
    """Give all tables of the catalogue."""
    return (
        _images(),
        _channels(),
        *_containers(),
        _plates(),
        _runs(),
        _wells(),
        _well_images(),
        _rois(),
        _shapes(),
        _annotations(),
        *(_annotation_links(kind, model) for kind, model in _BEARERS),
    )


def _containers() -> Iterable[Source]:
    """Make the tables of what holds other things, and of what is in it."""
    image: _End = ("image", catalog.Image, "images")
    dataset: _End = ("dataset", catalog.Dataset, "datasets")
    project: _End = ("project", catalog.Project, "projects")
    screen: _End = ("screen", catalog.Screen, "screens")
    plate: _End = ("plate", catalog.Plate, "plates")
    for (kind, model, name), what in (
        (dataset, "Datasets: images that belong together."),
        (project, "Projects: datasets that belong together."),
        (screen, "Screens: plates that belong together."),
    ):
        yield _things(name, model, kind, f"{kind}_id", what)
    for outer, inner, model in (
        (dataset, image, catalog.Dataset.images.through),
        (project, dataset, catalog.Project.datasets.through),
        (screen, plate, catalog.Screen.plates.through),
    ):
        what = f"Which {inner[2]} are in which {outer[0]}."
        yield _links(f"{outer[0]}_{inner[2]}", model, what, (outer, inner))

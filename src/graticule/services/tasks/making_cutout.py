"""Cuts parts out of images, one result for every combination of what is asked.

Visibility is decided first, for every image that is named; then each combination
becomes a file, or a text that says why there is none (contract uws 20, S4, S5).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from graticule import __version__
from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person
from graticule.errors import (
    FileError,
    GraticuleError,
    LimitError,
    NotFoundError,
    RequestError,
)
from graticule.jobs.executors.work import Work
from graticule.pixels.fits.cutout import Cut, cut_bytes, write_cuts
from graticule.pixels.fits.source import FitsSource
from graticule.services.exports.facts import image_facts
from graticule.services.exports.ome_tiff import raw_bytes, write_ome_tiff
from graticule.services.exports.parts import Part, cut_scene
from graticule.services.observatory.cutout_words import Interval
from graticule.services.observatory.cutting import (
    Asked,
    NothingThereError,
    fits_cut,
    part_of_cut,
    pixel_part,
)
from graticule.services.observatory.identifiers import Named, parse_did
from graticule.services.scenes import Scene, find_scene, open_scene
from graticule.services.tasks.cutout import FITS, FORMATS, TIFF, CutoutParameters
from graticule.services.tasks.packing import file_name, full_disk_told

_SPANS = ("x", "y", "z", "c", "t")
_LENGTHS = ("x_um", "y_um", "z_um")
_ALL = "all"


class TooMuchError(LimitError):
    """More than one cutout, or one job, may be; says what to do instead."""

    def __str__(self) -> str:
        remedy = {
            "max_sync_cutout_bytes": "Ask for a smaller region, or post the same to "
            "async as a job.",
            "max_cutout_bytes": "Ask for smaller regions.",
            "max_cutouts": "Make several jobs of it.",
        }
        return f"{super().__str__()} {remedy[self.limit]}"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One combination: an image, what is asked of it, and the words that were said."""

    named: Named
    asked: Asked
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Made:
    """A cutout that was written, or why there is none."""

    key: str
    media_type: str
    pixels: str = ""
    error: str = ""


def make(work: Work, asked: CutoutParameters, person: Person) -> None:
    """Cut them out."""
    wanted = _combinations(work, asked)
    scenes = _scenes(person, wanted)
    made: list[_Made] = []
    failed: list[GraticuleError] = []
    for number, each in enumerate(wanted, 1):
        key = f"cutout-{number}"
        work.report(number - 1, len(wanted), f"cutout {number} of {len(wanted)}")
        work.check_time()
        try:
            made.append(_cut_out(work, key, scenes[each.named], each, asked, person))
        except NothingThereError as error:
            if work.asker_waits:
                return  # no result at all: the door answers 204
            made.append(_said_why(work, key, f"UsageError: {error}"))
        except (RequestError, LimitError, FileError) as error:
            if work.asker_waits:
                raise
            failed.append(error)
            made.append(_said_why(work, key, _labelled(error)))
    if failed and len(failed) == len(made):
        raise failed[0]
    if not work.asker_waits:
        _write_manifest(work, wanted, made)
    work.report(len(wanted), len(wanted))


def _combinations(work: Work, asked: CutoutParameters) -> list[_Wanted]:
    """Combine all values of all parameters, the last one fastest (S5).

    Raises
    ------
    graticule.errors.RequestError
        If a request, which is answered with one, asks for several.
    TooMuchError
        If a job asks for too many.
    """
    regions = [
        *(("POS", shape) for shape in asked.pos),
        *(("CIRCLE", shape) for shape in asked.circle),
        *(("POLYGON", shape) for shape in asked.polygon),
    ]
    lists: list[list[tuple[str, Any]]] = [
        [("ID", _named(text)) for text in dict.fromkeys(asked.id)],
        regions,
        *(
            [(name.upper(), value) for value in getattr(asked, name)]
            for name in ("band", "time", *_SPANS, *_LENGTHS)
        ),
    ]
    lists = [each for each in lists if each]
    count = 1
    for each in lists:
        count *= len(each)
    if work.asker_waits and count > 1:
        several = next(each[0][0] for each in lists if len(each) > 1)
        raise RequestError(
            f"MultiValuedParamNotSupported: {several} has several values, and a "
            "request is answered with one cutout. Post the same to async as a job, "
            "which makes all of them."
        )
    most = settings.GRATICULE["max_cutouts"]
    if count > most:
        raise TooMuchError("max_cutouts", most, count, "A number of cutouts")
    return [_one(dict(each), asked) for each in itertools.product(*lists)]


def _named(text: str) -> Named:
    """Read the identifier of an image; menus of pages give a bare number."""
    named = parse_did(f"image/{text}" if text.isdecimal() else text)
    if named.kind != "image":
        raise NotFoundError(
            f"{text[:200]} is a {named.kind}: cut out of its images, one by one."
        )
    return named


def _one(values: Mapping[str, Any], asked: CutoutParameters) -> _Wanted:
    shapes = [values.get(word) for word in ("POS", "CIRCLE", "POLYGON")]
    part = Asked(
        region=next((shape for shape in shapes if shape is not None), None),
        band=values.get("BAND"),
        time=values.get("TIME"),
        pol=tuple(asked.pol),
        spans=_given(values, _SPANS),
        lengths=_given(values, _LENGTHS),
    )
    said = {word: str(value) for word, value in values.items() if word != "ID"}
    if asked.pol:
        said["POL"] = " ".join(asked.pol)
    return _Wanted(values["ID"], part, said)


def _given(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Interval]:
    return {
        name.removesuffix("_um"): values[name.upper()]
        for name in names
        if name.upper() in values
    }


def _scenes(person: Person, wanted: Iterable[_Wanted]) -> dict[Named, Scene]:
    """Find every image that is named, before anything is read of any.

    Raises
    ------
    graticule.errors.NotFoundError
        For the first that is not there, or not for this person: nobody can tell
        which of the two.
    """
    found: dict[Named, Scene] = {}
    for each in wanted:
        if each.named not in found:
            try:
                found[each.named] = find_scene(person, each.named.id)
            except NotFoundError as error:
                raise NotFoundError(
                    f"{each.named.did} is not known here, or not for you to see."
                ) from error
    return found


def _cut_out(
    work: Work,
    key: str,
    scene: Scene,
    wanted: _Wanted,
    asked: CutoutParameters,
    person: Person,
) -> _Made:
    """Write one cutout as a result."""
    with open_scene(replace(scene, pyramid=None)) as source:
        if not isinstance(source, FitsSource):
            return _as_tiff(
                work, key, scene, wanted, pixel_part(scene, wanted.asked), asked
            )
        cut = fits_cut(scene, source, wanted.asked)
        if FORMATS.get(asked.responseformat or FITS) == TIFF:
            part = part_of_cut(scene, source, cut)
            return _as_tiff(work, key, scene, wanted, part, asked)
        cuts = _with_others(scene, source, cut, asked.ext, person)
        _check_size(work, sum(cut_bytes(source, each) for each in cuts))
        media_type = asked.responseformat or FITS
        if "/" not in media_type:
            media_type = FITS
        name = file_name(f"{Path(scene.name).stem}-{key}.fits")
        with (
            work.result(key, name, media_type) as path,
            full_disk_told(),
            path.open("wb") as out,
        ):
            write_cuts(source, cuts, _history(wanted), out, work.check_time)
        return _Made(key, media_type, cut.section)


def _as_tiff(
    work: Work,
    key: str,
    scene: Scene,
    wanted: _Wanted,
    part: Part,
    asked: CutoutParameters,
) -> _Made:
    if FORMATS.get(asked.responseformat or TIFF) != TIFF:
        raise RequestError(
            f"RESPONSEFORMAT: only what is FITS is given as FITS; there is {TIFF}."
        )
    if asked.ext:
        raise RequestError("EXT: only FITS files have extensions; leave it out.")
    cut = cut_scene(scene, part)
    _check_size(work, raw_bytes(cut))
    facts = image_facts(scene)
    notes = (("Cut out of", wanted.named.did), *wanted.said.items())

    def tell(done: float, total: float) -> None:
        del done, total
        work.check_time()

    name = file_name(f"{Path(scene.name).stem}-{key}.ome.tiff")
    with work.result(key, name, TIFF) as path, full_disk_told():
        write_ome_tiff(
            scene, replace(facts, notes=notes), path, progress=tell, part=part
        )
    assert part.window is not None
    at = part.window
    spans = zip("zct", (part.z, part.c, part.t), strict=True)
    further = "".join(f" {name} {span[0]}:{span[1]}" for name, span in spans if span)
    pixels = f"x {at.x0}:{at.x1 - 1} y {at.y0}:{at.y1 - 1}{further}"
    return _Made(key, TIFF, pixels)


def _check_size(work: Work, asked: int) -> None:
    """Refuse what is too large for a request, or for a job."""
    limit = "max_sync_cutout_bytes" if work.asker_waits else "max_cutout_bytes"
    most = settings.GRATICULE[limit]
    if asked > most:
        raise TooMuchError(limit, most, asked, "A cutout")


def _with_others(
    scene: Scene, source: FitsSource, cut: Cut, names: list[str], person: Person
) -> list[Cut]:
    """Add the same box of other extensions of the file, in the order of the file.

    Only those that the person may see: each is an image of its own.
    """
    if not names:
        return [cut]
    mine = Image.objects.get(pk=scene.image_id)
    rows = visible_to(person, Image.objects.filter(fileset=mine.fileset))
    others = {
        row.key: row.index for row in rows if row.index < len(source.fileset.images)
    }
    chosen: dict[int, Cut] = {cut.image: cut}
    for key, index in others.items():
        if index == cut.image or not _is_named(key, names):
            continue
        sizes = source.opened(index).hdu.shape[::-1]
        if sizes[:2] == source.opened(cut.image).hdu.shape[::-1][:2]:
            chosen[index] = _same_box(cut, index, sizes, source)
        elif not _is_named(_ALL, names):
            raise RequestError(
                f"EXT: {key} has other columns and rows than the image; cut it by an "
                "ID of its own."
            )
    for name in names:
        if name.lower() != _ALL and not any(_is_named(key, [name]) for key in others):
            raise RequestError(
                f"EXT: the file has no image {name[:60]}; there is "
                f"{', '.join(sorted(others))}."
            )
    return [chosen[index] for index in sorted(chosen)]


def _is_named(key: str, names: Iterable[str]) -> bool:
    """Say whether a key such as ``DQ,1`` is among names such as ``dq``, or all are."""
    plain = key.strip().lower()
    short = plain.rpartition(",")[0].strip() or plain
    return any(name.strip().lower() in {plain, short, _ALL} for name in names)


def _same_box(cut: Cut, index: int, sizes: tuple[int, ...], source: FitsSource) -> Cut:
    """Give the same box of another image; further axes whole where they differ."""
    if sizes[2:] == source.opened(cut.image).hdu.shape[::-1][2:]:
        return Cut(index, cut.starts, cut.stops)
    none = (0,) * (len(sizes) - 2)
    return Cut(index, cut.starts[:2] + none, cut.stops[:2] + sizes[2:])


def _history(wanted: _Wanted) -> list[str]:
    words = ", ".join(f"{word}={text}" for word, text in wanted.said.items())
    return [
        f"Cut out by Graticule {__version__} of {wanted.named.did}",
        f"as asked by {words}." if words else "whole.",
    ]


def _labelled(error: GraticuleError) -> str:
    if isinstance(error, FileError):
        return f"Error: {Path(error.path).name}: {error.cause}"
    return f"UsageError: {error}"


def _said_why(work: Work, key: str, text: str) -> _Made:
    """Write a text in place of a cutout (S4)."""
    media_type = "text/plain"
    with work.result(key, f"{key}.txt", media_type) as path:
        path.write_text(f"{text}\n", encoding="utf-8")
    return _Made(key, media_type, error=text)


def _write_manifest(
    work: Work, wanted: Iterable[_Wanted], made: Iterable[_Made]
) -> None:
    """Write which words made which result (S5)."""
    with work.result("manifest", "manifest.json", "application/json") as path:
        path.write_text(json.dumps({"cutouts": list(_rows(wanted, made))}, indent=1))


def _rows(
    wanted: Iterable[_Wanted], made: Iterable[_Made]
) -> Iterator[dict[str, object]]:
    for one, result in zip(wanted, made, strict=True):
        row: dict[str, object] = {
            "result": result.key,
            "parameters": {"ID": one.named.did, **one.said},
            "media_type": result.media_type,
        }
        if result.error:
            row["error"] = result.error
        else:
            row["pixels"] = result.pixels
        yield row

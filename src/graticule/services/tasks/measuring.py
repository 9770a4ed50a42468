"""Measures images for the job of statistics: rows of a table, and histograms.

Images are measured wherever there is room. Pixels are read band by band, as often
as exactness needs; wide types once more for all images together, by the job itself,
for their values have to be seen one after the other. An image that cannot be
read is a row that says why.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Self

import duckdb
import numpy as np

from graticule.catalog.models import Person
from graticule.errors import (
    FileError,
    GraticuleError,
    LimitError,
    OutOfRangeError,
)
from graticule.jobs.executors.pieces import Piece
from graticule.jobs.executors.work import Work
from graticule.pixels.exact_statistics import Measurer, Summary
from graticule.pixels.model import PixelType, Window
from graticule.pixels.reader import Pixels, Source
from graticule.services.exports.parts import Part, PartSource, cut_scene
from graticule.services.scenes import Scene, find_scene, open_scene
from graticule.services.tasks.packing import full_disk_told
from graticule.services.tasks.sharing import map_for
from graticule.services.tasks.statistics import StatisticsParameters

_BAND_BYTES = 16 << 20
_CSV = "text/csv; charset=utf-8"
_PARQUET = "application/vnd.apache.parquet"

_Key = tuple[int, PixelType]


def measure(
    work: Work, asked: StatisticsParameters, person: Person, image_ids: Sequence[int]
) -> None:
    """Write the table and the histograms of some images.

    Raises
    ------
    graticule.errors.GraticuleError
        If no image could be measured: why the first could not.
    """
    kind = asked.format
    media_type = _CSV if kind == "csv" else _PARQUET
    with (
        full_disk_told(),
        work.result("statistics", f"statistics.{kind}", media_type) as table,
        work.result("histograms", "histograms.json", "application/json") as histograms,
    ):
        rows = table if kind == "csv" else work.folder / "rows.csv"
        try:
            with _Report(rows, histograms, asked.percentiles) as report:
                _Measuring(work, asked, person, report).measure(image_ids)
            if kind == "parquet":
                _to_parquet(rows, table, asked.percentiles)
        finally:
            if rows != table:
                rows.unlink(missing_ok=True)
    work.report(1, 1, f"{len(image_ids)} images")


@dataclass(frozen=True, slots=True)
class _Row:
    """What a row is about; no image means all of them together."""

    image_id: int | None
    image: str
    channel: int | None
    name: str
    pixel_type: str
    error: str = ""


class _Report:
    """The two files that are written, row by row."""

    def __init__(self, rows: Path, histograms: Path, percentiles: list[float]) -> None:
        self._paths = rows, histograms
        self._percentiles = percentiles
        self._open = ExitStack()
        self._begun = False

    def __enter__(self) -> Self:
        rows, histograms = self._paths
        table = self._open.enter_context(rows.open("w", newline="", encoding="utf-8"))
        self._json: IO[str] = self._open.enter_context(
            histograms.open("w", encoding="utf-8")
        )
        self._table = csv.writer(table, lineterminator="\n")
        self._table.writerow(columns(self._percentiles))
        said = json.dumps(self._percentiles)
        self._json.write(f'{{"percentiles": {said}, "rows": [')
        return self

    def __exit__(self, *_error: object) -> None:
        self._json.write("\n]}\n")
        self._open.close()

    def add(self, about: _Row, found: Summary | None) -> None:
        """Write one row."""
        head = [
            about.image_id,
            about.image,
            about.channel,
            about.name,
            about.pixel_type,
        ]
        values: list[Any] = [None] * (6 + len(self._percentiles))
        if found is not None:
            values = [
                found.count,
                found.not_finite,
                found.minimum,
                found.maximum,
                found.mean,
                found.std,
                *found.percentiles,
            ]
        row = [*head, *values, about.error]
        self._table.writerow(["" if value is None else value for value in row])
        said = dict(zip(columns(self._percentiles), row, strict=True))
        tail = [said.pop(column(each)) for each in self._percentiles]
        counts = found.histogram if found is not None else None
        said |= {
            "percentiles": tail,
            "histogram": None if counts is None else counts.tolist(),
        }
        self._json.write(",\n" if self._begun else "\n")
        self._begun = True
        self._json.write(json.dumps(said))


def columns(percentiles: Sequence[float]) -> list[str]:
    """Name the columns of the table."""
    return [
        "image_id",
        "image",
        "channel",
        "channel_name",
        "pixel_type",
        "count",
        "not_finite",
        "minimum",
        "maximum",
        "mean",
        "std",
        *map(column, percentiles),
        "error",
    ]


def column(percent: float) -> str:
    """Name the column of a percentile.

    >>> column(5), column(99.5)
    ('p5', 'p99.5')
    """
    return f"p{percent:.10g}"


class _Measuring:
    """Goes through images; lives for one job."""

    def __init__(
        self, work: Work, asked: StatisticsParameters, person: Person, report: _Report
    ) -> None:
        self.work = work
        self.asked = asked
        self.person = person
        self.report = report
        self.part = Part(*asked.spans)
        c = self.part.c
        self.first_channel = c[0] if c else 0
        self.totals: dict[_Key, Measurer] = {}
        self.steps = (0, 1, "")

    def measure(self, image_ids: Sequence[int]) -> None:
        measured: list[int] = []
        failure: GraticuleError | None = None
        of_one = partial(_measure_one, self.asked)
        several = map_for(self.work, self.person, of_one, image_ids)
        for image_id, found in zip(image_ids, several, strict=True):
            if isinstance(found, GraticuleError):
                failure = failure or found
                self.report.add(_Row(image_id, "", None, "", "", _said(found)), None)
            else:
                measured.append(image_id)
                self._take(found)
        if failure is not None and not measured:
            raise failure
        if self.asked.total and len(measured) > 1:
            self._total(measured)

    def _take(self, channels: Sequence[_Channel]) -> None:
        for each in channels:
            self.report.add(each.about, each.summary)
            if self.asked.total:
                assert each.about.channel is not None
                key = (each.about.channel, PixelType(each.about.pixel_type))
                total = self.totals.setdefault(key, _new(self.asked, key[1]))
                if each.measurer is not None:
                    total.merge(each.measurer)

    def _told(self, opened: _Opened) -> Iterator[tuple[int, Pixels]]:
        done, total, message = self.steps
        for share, pixels in opened.bands():
            self.work.report(done + share, total, message)
            yield from enumerate(pixels)

    def _total(self, image_ids: Sequence[int]) -> None:
        """Measure channels over all images; wide types are read again."""
        wide = {key: each for key, each in self.totals.items() if not each.mergeable}
        while any(not each.done for each in wide.values()):
            for done, image_id in enumerate(image_ids):
                self.steps = (done, len(image_ids), f"all together: Image {image_id}")
                self._add_to(wide, image_id)
            for each in wide.values():
                each.end_pass()
        for (channel, pixel_type), each in sorted(
            self.totals.items(), key=lambda item: (item[0][0], item[0][1].value)
        ):
            about = _Row(None, "", channel, "", pixel_type.value)
            self.report.add(about, each.summary())

    def _add_to(self, totals: dict[_Key, Measurer], image_id: int) -> None:
        scene = find_scene(self.person, image_id)
        if all(kind is not scene.pixel_type for _, kind in totals):
            return
        with closing(_Opened(scene, self.part)) as opened:
            for c, values in self._told(opened):
                totals[self.first_channel + c, scene.pixel_type].add(values)


@dataclass(frozen=True, slots=True)
class _Channel:
    """What was found of a channel, with its counts if others are added to them."""

    about: _Row
    summary: Summary
    measurer: Measurer | None


def _measure_one(
    asked: StatisticsParameters, piece: Piece, person: Person, image_id: int
) -> list[_Channel] | GraticuleError:
    """Measure one image; wherever there is room.

    Returns
    -------
    list
        A channel each; or why it cannot be measured.
    """
    try:
        return list(_channels(asked, piece, find_scene(person, image_id)))
    except (FileError, LimitError, OutOfRangeError) as error:
        return error


def _channels(
    asked: StatisticsParameters, piece: Piece, scene: Scene
) -> Iterator[_Channel]:
    part = Part(*asked.spans)
    first_channel = part.c[0] if part.c else 0
    with closing(_Opened(scene, part)) as opened:
        shown = opened.scene
        measurers = [_new(asked, shown.pixel_type) for _ in range(shown.size_c)]
        while not all(each.done for each in measurers):
            for share, pixels in opened.bands():
                piece.report(share, 1)
                for each, values in zip(measurers, pixels, strict=True):
                    each.add(values)
            for each in measurers:
                each.end_pass()
    for c, each in enumerate(measurers):
        about = _Row(
            image_id=scene.image_id,
            image=scene.name,
            channel=first_channel + c,
            name=shown.labels[c],
            pixel_type=shown.pixel_type.value,
        )
        kept = each if asked.total and each.mergeable else None
        yield _Channel(about, each.summary(), kept)


def _new(asked: StatisticsParameters, pixel_type: PixelType) -> Measurer:
    return Measurer(pixel_type.dtype, asked.percentiles, asked.bins)


class _Opened:
    """An image of which a part is read, band by band."""

    def __init__(self, scene: Scene, part: Part) -> None:
        self.scene = cut_scene(scene, part)
        self._open = ExitStack()
        whole = self._open.enter_context(open_scene(scene))
        self._source: Source = PartSource(whole, scene, part)

    def close(self) -> None:
        """Give the source back."""
        self._open.close()

    def bands(self) -> Iterator[tuple[float, Pixels]]:
        """Read all channels together, and say how much has been read: 0 to 1."""
        scene = self.scene
        windows = list(_windows(scene))
        total = scene.size_t * scene.size_z * len(windows)
        done = 0
        for t in range(scene.size_t):
            for z in range(scene.size_z):
                for window in windows:
                    done += 1
                    read = self._source.read(
                        scene.index, 0, z, t, range(scene.size_c), window
                    )
                    yield done / total, np.asarray(read)


def _windows(scene: Scene) -> Iterator[Window]:
    """Cut a plane into tiles joined to what may be read at once, in all channels."""
    level = scene.levels[0]
    pixel_bytes = scene.size_c * scene.pixel_type.dtype.itemsize
    height, width = level.tile_height, level.tile_width
    across = max(1, _BAND_BYTES // (height * width * pixel_bytes))
    step_x = min(level.width, width * across)
    down = max(1, _BAND_BYTES // (height * step_x * pixel_bytes))
    step_y = height * down if step_x == level.width else height
    for y in range(0, level.height, step_y):
        for x in range(0, level.width, step_x):
            yield Window(
                x, y, min(x + step_x, level.width), min(y + step_y, level.height)
            )


def _said(error: GraticuleError) -> str:
    """Say what may be told: paths cut to their name."""
    if isinstance(error, FileError):
        return f"{Path(error.path).name}: {error.cause}"
    return str(error)


def _to_parquet(rows: Path, path: Path, percentiles: Sequence[float]) -> None:
    """Turn the table into Parquet, with the types that its columns have."""
    texts = {"image", "channel_name", "pixel_type", "error"}
    whole = {"image_id", "channel", "count", "not_finite"}
    types = {
        name: "VARCHAR" if name in texts else "BIGINT" if name in whole else "DOUBLE"
        for name in columns(percentiles)
    }
    target = str(path).replace("'", "''")
    with duckdb.connect() as database:
        database.execute(
            "COPY (SELECT * FROM read_csv(?, header = true, auto_detect = false, "  # noqa: S608 -- text of ours alone
            "columns = ?, quote = '\"', escape = '\"', delim = ',', "
            f"force_not_null = ?)) TO '{target}' (FORMAT parquet)",
            [str(rows), types, sorted(texts)],
        )

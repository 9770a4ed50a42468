"""The 96-well plate: a dose response on an OME-Zarr 0.5 plate.

Eight compounds down the rows, ten doses across columns 2 to 11, controls in
columns 1 and 12. The higher the dose, the more of the reporter is in the
nucleus; the highest doses of some compounds kill. It knows nothing of who
reads it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from graticule.demo import culture, ngff
from graticule.demo.noise import THREADS, counted

ROWS = "ABCDEFGH"
COLUMNS = 12
PIXEL_UM = 0.65
CHANNELS = (
    ngff.Stained("DNA", "4080FF", (100, 1700)),
    ngff.Stained("FOXO1-GFP", "40FF60", (105, 1500)),
)
NOT_IMAGED = frozenset({"B9", "D4", "F7", "H1", "H12"})
HALF_DOSES = (3.5, 4.5, 5.0, 5.5, 6.5, 7.5, 8.0, 9.5)
"""Column at which each row's compound has half its effect."""
TOXIC = (0.0, 0.0, 0.2, 0.0, 0.42, 0.0, 0.5, 0.0)
"""Part of the cells that the highest dose of each row's compound kills."""


def response(row: int, column: int) -> tuple[float, float]:
    """Return what a well does: part translocated, part of cells alive."""
    if column == 0:
        return 0.06, 1.0
    if column == COLUMNS - 1:
        return 0.92, 0.95
    hill = 1.0 / (1.0 + 10.0 ** (0.75 * (HALF_DOSES[row] - (column + 1))))
    late = 1.0 / (1.0 + 10.0 ** (1.2 * (9.0 - (column + 1))))
    return 0.06 + 0.88 * hill, 1.0 - TOXIC[row] * late


def field(row: int, column: int, number: int, size: int) -> npt.NDArray[np.uint16]:
    """Photograph one field of a well: channels (c, y, x)."""
    translocated, alive = response(row, column)
    salt = 1000 + 10 * (row * COLUMNS + column) + number
    dish = culture.Culture(salt, 36.0, 0.82 * alive, dividing=0.03 * alive)
    here = culture.layout(dish, 0, 0, (size, size))
    rng = np.random.default_rng(salt)
    light = (
        1500 * culture.nuclei(here.places, here.cells, dish.dividing, 2.2),
        1150 * culture.reporter(here.places, here.cells, translocated),
    )
    counts = [counted(plane + np.float32(18), rng, 100.0, 3.0) for plane in light]
    return np.stack(counts)


def write_well(
    folder: Path, row: int, column: int, fields: int, size: int
) -> dict[str, object]:
    """Write one well below the plate; returns its entry in the plate's list."""
    place = f"{ROWS[row]}/{column + 1}"
    images = [{"path": str(number), "acquisition": 0} for number in range(fields)]
    ngff.write_group(folder / place, {"well": {"images": images}})
    for number in range(fields):
        ngff.write_image(
            folder / place / str(number),
            field(row, column, number, size),
            name=f"{ROWS[row]}{column + 1}, field {number + 1}",
            channels=CHANNELS,
            pixel_um=PIXEL_UM,
            levels=2,
            chunk=size // 2,
        )
    return {"path": place, "rowIndex": row, "columnIndex": column}


def write(path: Path, *, rows: int = 8, fields: int = 2, size: int = 256) -> None:
    """Write the first ``rows`` rows of the plate, some wells left out."""
    places = [
        (row, column)
        for row in range(rows)
        for column in range(COLUMNS)
        if f"{ROWS[row]}{column + 1}" not in NOT_IMAGED
    ]
    for name in ROWS[:rows]:
        ngff.write_group(path / name)

    def make(place: tuple[int, int]) -> dict[str, object]:
        return write_well(path, *place, fields, size)

    with ThreadPoolExecutor(THREADS) as pool:
        wells = list(pool.map(make, places))
    ngff.write_group(
        path,
        {
            "plate": {
                "name": "Dose response, FOXO1 translocation",
                "field_count": fields,
                "acquisitions": [
                    {
                        "id": 0,
                        "name": "Endpoint",
                        "maximumfieldcount": fields,
                        "starttime": 1_741_944_413,
                        "endtime": 1_741_947_620,
                    }
                ],
                "rows": [{"name": name} for name in ROWS[:rows]],
                "columns": [{"name": str(n + 1)} for n in range(COLUMNS)],
                "wells": wells,
            }
        },
    )

"""Lists of lookup tables in the words of the contract (webgateway 10.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graticule.render.lut import Lut

# What the first clients' own picture of tables shows, in its order.
_FIRST = """
ncsa_paledit/16_colors 3-3-2_rgb ncsa_paledit/5_ramps ncsa_paledit/6_shades
ncsa_paledit/blue_orange_icb ncsa_paledit/brgbcmyw ncsa_paledit/cool wcif/cyan_hot
ncsa_paledit/edges fire ncsa_paledit/gem glasbey glasbey_inverted glow grays
wcif/green_fire_blue wcif/hilo wcif/ica wcif/ica2 wcif/ica3 ice wcif/magenta_hot
wcif/orange_hot ncsa_paledit/phase physics janelia/pup_br janelia/pup_nr
wcif/rainbow_rgb red-green wcif/red_hot ncsa_paledit/royal ncsa_paledit/sepia
ncsa_paledit/smart spectrum ncsa_paledit/thal ncsa_paledit/thallium thermal
ncsa_paledit/unionjack wcif/yellow_hot
"""
FIRST_LUTS = tuple(f"/luts/{name}.lut" for name in _FIRST.split())
"""Paths of the fixed list, in its order."""

GRADIENT = "gradient.png"
"""What the last band of either picture is called."""


def luts_answer(luts: Sequence[Lut], *, with_values: bool) -> dict[str, Any]:
    """Write the list of tables.

    Parameters
    ----------
    luts
        In the order of the picture of them all.
    with_values
        Write the 256 colours of each, too.
    """
    places = {path: place for place, path in enumerate(FIRST_LUTS)}
    return {
        "luts": [
            {
                # They are no rows of the catalogue: the place is the id.
                "id": place + 1,
                "path": lut.path,
                "name": lut.name,
                "size": lut.size,
                "png_index": places.get(lut.path + lut.name, -1),
                "png_index_new": place,
                **({"rgb": lut.values.tolist()} if with_values else {}),
            }
            for place, lut in enumerate(luts)
        ],
        "png_luts": [*FIRST_LUTS, GRADIENT],
        "png_luts_new": [*(lut.path + lut.name for lut in luts), GRADIENT],
    }

"""The real pictures: those that lie inside the installed scikit-image.

They are copied as they are, with a note of who took them and under which terms.
Nothing is downloaded. This module knows nothing of the pictures that are made.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Picture:
    """One file of scikit-image's data folder.

    Attributes
    ----------
    source
        Its name there.
    place
        Where it goes, below the folder of pictures.
    about
        What it shows, who took it, under which terms; as scikit-image says.
    """

    source: str
    place: str
    about: str


PICTURES = (
    Picture(
        "ihc.png",
        "histology/colon-immunohistochemistry.png",
        "Colonic glands, FHL2 protein revealed with DAB, haematoxylin "
        "counterstain. Center for Microscopy and Molecular Imaging (CMMI). "
        "No known copyright restrictions.",
    ),
    Picture(
        "retina.jpg",
        "retina/fundus.jpg",
        "Fundus photograph of a normal left eye. Mikael Häggström, Medical "
        "gallery 2014, WikiJournal of Medicine 1 (2), "
        "https://doi.org/10.15347/wjm/2014.008. CC0 1.0.",
    ),
    Picture(
        "microaneurysms.png",
        "retina/microaneurysms.png",
        "Detail of image 07_dr (green channel) of the High-Resolution Fundus "
        "Image Database; Budai et al. 2013, https://doi.org/10.1155/2013/154860. "
        "CC0, given by Andreas Maier.",
    ),
    Picture(
        "cell.png",
        "cells/cell-in-saline.png",
        "Quantitative phase image of a cell floating in saline, 0.107 µm per "
        "pixel; Müller et al., Optics Express 26, 10729 (2018), "
        "https://doi.org/10.1364/OE.26.010729. CC0.",
    ),
    Picture(
        "hubble_deep_field.jpg",
        "sky/hubble-extreme-deep-field.jpg",
        "Hubble eXtreme Deep Field. NASA, HubbleSite release 2012-37. Public domain.",
    ),
)
NOTE = "ATTRIBUTION.txt"


def source_folder() -> Path | None:
    """Return scikit-image's folder of pictures, or None if not installed."""
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "data"


def write_picture(path: Path, picture: Picture) -> bool:
    """Copy one picture; returns False if this scikit-image has not got it."""
    folder = source_folder()
    if folder is None or not (folder / picture.source).is_file():
        return False
    shutil.copyfile(folder / picture.source, path)
    return True


def write_note(path: Path) -> None:
    """Write who took the pictures and under which terms they may be used."""
    lines = ["These pictures come with scikit-image (https://scikit-image.org).", ""]
    for picture in PICTURES:
        lines += [picture.place, f"    {picture.about}", ""]
    path.write_text("\n".join(lines), encoding="utf-8")

"""How the server presents itself to astronomers; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "Astronomy"

ROWS: tuple[Setting, ...] = (
    Setting(
        "ivoid",
        kinds.ivoid,
        "ivo://graticule.invalid/images",
        "The identifier of this collection in the Virtual Observatory; identifiers of "
        "images begin with it. Choose an authority that is yours before you register "
        "the server.",
        _GROUP,
    ),
    Setting(
        "max_datalink_ids",
        kinds.whole,
        "500",
        "Most identifiers whose links (DataLink) are answered at once.",
        _GROUP,
    ),
    Setting(
        "registry_title",
        kinds.text,
        "Images on a Graticule server",
        "Title of the collection in registries of the Virtual Observatory.",
        _GROUP,
    ),
    Setting(
        "registry_publisher",
        kinds.text,
        "Not yet named",
        "Who publishes the collection, as registries name them.",
        _GROUP,
    ),
    Setting(
        "registry_contact",
        kinds.text,
        "The operators of this server",
        "Whom readers of registries may ask.",
        _GROUP,
    ),
    Setting(
        "registry_email",
        kinds.text,
        "",
        "Their address for mail; none if empty.",
        _GROUP,
    ),
    Setting(
        "registry_description",
        kinds.text,
        "Scientific images, with their metadata, links, cutouts and tables.",
        "What the collection is, in a few sentences.",
        _GROUP,
    ),
    Setting(
        "registry_subjects",
        kinds.names,
        "",
        "Terms of the Unified Astronomy Thesaurus that say what it is about, with "
        "commas between, such as surveys, photographic-plates.",
        _GROUP,
    ),
    Setting(
        "max_sia_rows",
        kinds.whole,
        "10000",
        "Most images that a search by position, time and wavelength (SIA) answers at "
        "once; MAXREC asks for fewer.",
        _GROUP,
    ),
)

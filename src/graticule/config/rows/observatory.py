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
        "tap_rows",
        kinds.positive,
        "100000",
        "Rows of an answer to a query in ADQL that does not say how many (MAXREC).",
        _GROUP,
    ),
    Setting(
        "max_tap_rows",
        kinds.positive,
        "20000000",
        "Most rows of an answer to a query in ADQL.",
        _GROUP,
    ),
    Setting(
        "max_tap_upload_rows",
        kinds.positive,
        "1000000",
        "Most rows of each table that comes with a query in ADQL.",
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
    Setting(
        "tap_uploads_inside",
        kinds.boolean,
        "false",
        "Whether tables for a query in ADQL may be fetched from addresses within this "
        "server's own network.",
        _GROUP,
    ),
)

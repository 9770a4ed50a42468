"""What TAP says of itself: languages, formats, limits (TAPRegExt 1.0; uws T5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from graticule.services.adql.calls import Function
from graticule.services.adql.functions import FUNCTIONS
from graticule.services.adql.geometry import GEOMETRY
from graticule.services.published.formats import FORMATS, OutputFormat
from graticule.web.uws.places import path_of
from graticule.web.vosi.documents import element
from graticule.web.vosi.model import Capability, Extension, Interface
from graticule.web.vosi.security import of_jobs

_EXT = "ivo://ivoa.net/std/TAPRegExt#"
# Optional parts of ADQL 2.1, by the identifiers that TAPRegExt gives them.
_OPTIONAL = {
    "features-adql-string": ("LOWER", "UPPER", "ILIKE"),
    "features-adql-type": ("CAST",),
    "features-adql-unit": ("IN_UNIT",),
    "features-adql-sets": ("UNION", "EXCEPT", "INTERSECT"),
    "features-adql-common-table": ("WITH",),
    "features-adql-offset": ("OFFSET",),
}


def described(request: HttpRequest) -> Iterator[Capability]:
    """Say what is spoken at ``/tap`` beside UWS."""
    security = of_jobs(path_of("uws_sync", "tap"), "tap")
    base = request.build_absolute_uri(reverse("tap")).rstrip("/")
    interface = Interface(base, "base", version="1.1", security=security)
    extension = Extension(
        "tr:TableAccess",
        "tr",
        "http://www.ivoa.net/xml/TAPRegExt/v1.0",
        "".join(_elements()),
    )
    yield Capability("TAP", (interface,), extension=extension)
    tables = request.build_absolute_uri(reverse("tap_tables"))
    yield Capability("VOSI#tables-1.1", (Interface(tables, version="1.1"),))


def _elements() -> Iterator[str]:
    values = settings.GRATICULE
    model = "ivo://ivoa.net/std/ObsCore#core-1.1"
    yield f'<dataModel ivo-id="{model}">ObsCore-1.1</dataModel>'
    yield "".join(_language())
    yield from map(_format, FORMATS)
    for way in ("inline", "http", "https"):
        yield f'<uploadMethod ivo-id="{_EXT}upload-{way}"/>'
    yield _limits("retentionPeriod", values["job_lifetime"], values["max_job_lifetime"])
    yield _limits(
        "executionDuration", values["job_duration"], values["max_job_duration"]
    )
    rows, most = values["tap_rows"], values["max_tap_rows"]
    yield (
        f'<outputLimit><default unit="row">{min(rows, most)}</default>'
        f'<hard unit="row">{most}</hard></outputLimit>'
    )
    uploaded = values["max_tap_upload_rows"]
    yield f'<uploadLimit><hard unit="row">{uploaded}</hard></uploadLimit>'


def _limits(name: str, usual: timedelta, most: timedelta) -> str:
    seconds = [int(each.total_seconds()) for each in (usual, most)]
    return f"<{name}><default>{seconds[0]}</default><hard>{seconds[1]}</hard></{name}>"


def _language() -> Iterator[str]:
    yield "<language><name>ADQL</name>"
    for version in ("2.0", "2.1"):
        ivoid = f"ivo://ivoa.net/std/ADQL#v{version}"
        yield f'<version ivo-id="{ivoid}">{version}</version>'
    yield "<description>ADQL, made into SQL for DuckDB</description>"
    geometry = ((name, _words(each)) for name, each in GEOMETRY.items())
    yield _features("features-adqlgeo", geometry)
    for kind, names in _OPTIONAL.items():
        found = (
            (name, _words(FUNCTIONS[name]) if name in FUNCTIONS else "")
            for name in names
        )
        yield _features(kind, found)
    yield "</language>"


def _words(function: Function) -> str:
    return f"{function.signature}: {function.description}"


def _features(kind: str, features: Iterable[tuple[str, str]]) -> str:
    inner = "".join(
        f"<feature>{element('form', form)}{element('description', words)}</feature>"
        for form, words in features
    )
    return f'<languageFeatures type="{_EXT}{kind}">{inner}</languageFeatures>'


def _format(form: OutputFormat) -> str:
    ivoid = f' ivo-id="{form.ivoid}"' if form.ivoid else ""
    aliases = "".join(element("alias", word) for word in form.words)
    mime = element("mime", form.media_types[0])
    return f"<outputFormat{ivoid}>{mime}{aliases}</outputFormat>"

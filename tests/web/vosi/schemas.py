"""The schemas of the Virtual Observatory, as STILTS brings them; nothing is kept."""

import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import xmlschema
from lxml import etree

_JAR = Path("/usr/share/java/starlink-ttools.jar")
_INSIDE = "uk/ac/starlink/ttools/taplint/"
_FILES = {
    "http://www.ivoa.net/xml/VOResource/v1.0": "VOResource-v1.1.xsd",
    "http://www.ivoa.net/xml/VODataService/v1.1": "VODataService-v1.2.xsd",
    "http://www.ivoa.net/xml/VOSICapabilities/v1.0": "VOSICapabilities-v1.0.xsd",
    "http://www.ivoa.net/xml/VOSIAvailability/v1.0": "VOSIAvailability-v1.0.xsd",
    "http://www.ivoa.net/xml/VOSITables/v1.0": "VOSITables-v1.1.xsd",
    "http://www.ivoa.net/xml/TAPRegExt/v1.0": "TAPRegExt-v1.0-Erratum1.xsd",
    "http://www.ivoa.net/xml/STC/stc-v1.30.xsd": "stc-v1.30.xsd",
    "http://www.w3.org/1999/xlink": "xlink.xsd",
}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


@cache
def schema():
    """All of them as one; skips where STILTS is not installed."""
    if not _JAR.exists():
        pytest.skip("the schemas come with STILTS")
    with TemporaryDirectory() as folder, zipfile.ZipFile(_JAR) as jar:
        for name in _FILES.values():
            Path(folder, name).write_bytes(jar.read(_INSIDE + name))
        locations = {
            space: Path(folder, name).as_uri() for space, name in _FILES.items()
        }
        found = xmlschema.XMLSchema(
            Path(folder, _FILES["http://www.ivoa.net/xml/VOSICapabilities/v1.0"]),
            locations=locations,
            allow="local",
            validation="lax",  # STC, which we do not use, is not quite as it should be
        )
        for space, place in locations.items():
            if space not in found.maps.namespaces:
                found.import_schema(space, place)
        found.maps.build()
    return found


def valid(body):
    """A document that is well-formed for lxml and valid for the schemas."""
    root = etree.fromstring(body)
    schema().validate(root)
    return root

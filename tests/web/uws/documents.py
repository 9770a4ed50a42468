"""Other people's readers of UWS documents, and the schema."""

from functools import cache
from pathlib import Path

import xmlschema
from lxml import etree

UWS = "{http://www.ivoa.net/xml/UWS/v1.0}"
XLINK = "{http://www.w3.org/1999/xlink}"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


@cache
def schema():
    xlink = Path(xmlschema.__file__).parent / "schemas" / "XLINK" / "xlink.xsd"
    return xmlschema.XMLSchema(
        Path(__file__).parent / "schemas" / "uws.xsd",
        locations={"http://www.w3.org/1999/xlink": xlink.as_uri()},
    )


def body_of(answer):
    return answer.getvalue() if answer.streaming else answer.content


def read(answer, status=200):
    """A document that is well-formed for lxml and valid for the schema."""
    assert answer.status_code == status, body_of(answer)[:500]
    assert answer["Content-Type"] == "application/xml"
    body = body_of(answer)
    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')  # U11
    root = etree.fromstring(body)
    schema().validate(root)
    return root


def text(root, name):
    """The text of a child, or None where it is nil."""
    (found,) = root.findall(UWS + name)
    return None if found.get(NIL) == "true" else found.text or ""


def values(root):
    """The parameters of a job or of a stand-alone element, in order."""
    rows = root.iter(UWS + "parameter")
    return [(row.get("id"), row.text or "") for row in rows]


def said(answer, status):
    """The words of a DALI error document, read by astropy."""
    import io

    from astropy.io import votable

    assert answer.status_code == status, body_of(answer)[:500]
    assert answer["Content-Type"] == "application/x-votable+xml"
    found = votable.parse(io.BytesIO(answer.content))
    (resource,) = found.resources  # U68
    assert resource.type == "results"
    assert not resource.tables
    (info,) = resource.infos
    assert (info.name, info.value) == ("QUERY_STATUS", "ERROR")
    assert info.content
    return info.content

"""What requests of this door say, as frozen values (tus 1.0, "Protocol").

The headers of the protocol are read here and nowhere else.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graticule.errors import GraticuleError, RequestError
from graticule.services.uploading.pieces import CHECKSUMS, NewFile
from graticule.services.uploading.sets import Announced

VERSION = "1.0.0"
PIECES = "application/offset+octet-stream"

_LARGEST = 2**62
_LONGEST_METADATA = 8192
_NUMBER = re.compile(r"[0-9]{1,19}")


class VersionError(GraticuleError):
    """A client speaks another version of the protocol (412)."""


class BodyError(GraticuleError):
    """A body is of another type than the protocol's (415)."""


class _Set(BaseModel):
    """The JSON that announces a set."""

    model_config = ConfigDict(extra="forbid", strict=True)

    dataset: int = Field(ge=1, lt=2**63)
    files: int = Field(ge=1, le=2**31 - 1)
    size: int = Field(ge=0, le=_LARGEST)
    key: str = Field(min_length=1, max_length=128, pattern=r"^[!-~]+$")


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file: where they belong, how many, and how to check them."""

    offset: int
    length: int
    checksum: tuple[str, bytes] | None


def check_version(request: HttpRequest) -> None:
    """Refuse other versions of the protocol.

    Raises
    ------
    VersionError
    """
    asked = request.headers.get("Tus-Resumable", "")
    if asked != VERSION:
        raise VersionError(
            f"Say Tus-Resumable: {VERSION}; no other version is spoken here."
        )


def new_set(request: HttpRequest) -> Announced:
    """Read what somebody is about to upload.

    Raises
    ------
    graticule.errors.RequestError
    """
    try:
        asked = _Set.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "The body"
        raise RequestError(f"{where}: {first['msg']}.") from error
    return Announced(asked.dataset, asked.files, asked.size, asked.key)


def new_file(request: HttpRequest) -> NewFile:
    """Read the creation of a file (tus "Creation").

    Raises
    ------
    graticule.errors.RequestError
    """
    if "Upload-Defer-Length" in request.headers:
        raise RequestError("Say the length of the file in Upload-Length.")
    text = request.headers.get("Upload-Metadata", "")
    said = _metadata(text)
    dataset = said.get("dataset", "")
    if dataset and not _NUMBER.fullmatch(dataset):
        raise RequestError("dataset is the number of a dataset.")
    places = (said.get(name, "") for name in ("relativePath", "filename", "name"))
    return NewFile(
        # Clients that know no folder write "null".
        place=next((place for place in places if place not in {"", "null"}), ""),
        size_bytes=_number(request, "Upload-Length"),
        metadata=text,
        set_id=said.get("set", ""),
        dataset_id=min(int(dataset), _LARGEST) if dataset else None,
    )


def has_piece(request: HttpRequest) -> bool:
    """Whether a creation brings bytes, too (tus "Creation With Upload")."""
    return request.content_type == PIECES and _length(request) > 0


def piece(request: HttpRequest, offset: int | None = None) -> Piece:
    """Read what is sent where (tus "PATCH", "Checksum").

    Raises
    ------
    BodyError
        If the body is not of the protocol's type.
    graticule.errors.RequestError
    """
    if request.content_type != PIECES:
        raise BodyError(f"Send the body as {PIECES}.")
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise RequestError("Say the length of the body in Content-Length.")
    if offset is None:
        offset = _number(request, "Upload-Offset")
    return Piece(offset, _length(request), _checksum(request))


def _length(request: HttpRequest) -> int:
    text = request.headers.get("Content-Length", "") or "0"
    return int(text) if _NUMBER.fullmatch(text) else 0


def _checksum(request: HttpRequest) -> tuple[str, bytes] | None:
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    name, _, digest = text.partition(" ")
    if name not in CHECKSUMS:
        raise RequestError(f"Checksums are made by {', '.join(CHECKSUMS)}.")
    try:
        return name, base64.b64decode(digest, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestError("Upload-Checksum is a name and a text in base64.") from error


def _number(request: HttpRequest, name: str) -> int:
    text = request.headers.get(name, "")
    if not _NUMBER.fullmatch(text) or int(text) > _LARGEST:
        raise RequestError(f"{name} is a whole number, zero or more.")
    return int(text)


def _metadata(text: str) -> dict[str, str]:
    """Read pairs of names and values, these in base64."""
    if len(text) > _LONGEST_METADATA:
        raise RequestError(f"Upload-Metadata has {_LONGEST_METADATA:,} signs at most.")
    found: dict[str, str] = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        name, _, value = pair.partition(" ")
        if name in found:
            raise RequestError("Upload-Metadata says something twice.")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise RequestError(
                "Upload-Metadata holds names and texts in base64."
            ) from error
    return found

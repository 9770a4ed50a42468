"""The JSON documents of a Zarr folder: groups and arrays of versions 2 and 3.

Reads and checks; must not know what they say about images,
nor decode a pixel. Limits are
compared here, before anything of the announced size is allocated.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from graticule.errors import CorruptFileError, LimitError, UnsupportedFileError
from graticule.pixels.reader import FilesetFile, ReadLimits

MAX_DOCUMENT_BYTES = 64 << 20
"""A metadata document longer than this is taken for nonsense."""

GROUP_DOCUMENTS = ("zarr.json", ".zattrs", ".zgroup")
"""Where a group may say something, in the order asked."""

_CODECS_V2 = frozenset({"blosc", "zlib", "gzip", "bz2", "zstd"})
_CODECS_V3 = frozenset(
    {"bytes", "blosc", "gzip", "zstd", "crc32c", "transpose", "sharding_indexed"}
)
_NAMES_V3 = {"float16", "float32", "float64", "complex64", "complex128", "bool"} | {
    f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)
}


@dataclass(frozen=True, slots=True)
class ZarrGroup:
    """A group and what it says about itself.

    ``document`` is the file that holds ``attributes``; complaints name it.
    """

    folder: Path
    document: Path
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ZarrArrayHeader:
    """The header of an array.

    ``chunks`` is what is decoded at once (of a sharded array the inner chunks);
    ``revision`` the time in ns at which the header was last written.
    """

    folder: Path
    document: Path
    zarr_format: int
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: np.dtype[Any]
    revision: int


class ZarrDocuments:
    """Reads documents and remembers which, for the list of a fileset's files."""

    def __init__(self, limits: ReadLimits) -> None:
        self.limits = limits
        self.files: list[FilesetFile] = []

    def load(self, path: Path) -> bytes | None:
        """Read a file whole; ``None`` if it is not there.

        Raises
        ------
        graticule.errors.CorruptFileError
            If it cannot be read or is beyond all measure.
        """
        try:
            status = path.stat()
            if status.st_size > MAX_DOCUMENT_BYTES:
                raise CorruptFileError(
                    path,
                    f"metadata of {status.st_size:,} bytes is longer than the "
                    f"{MAX_DOCUMENT_BYTES:,} bytes that are read.",
                )
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise CorruptFileError(
                path, f"cannot be read ({error.strerror})."
            ) from error
        self.files.append(FilesetFile(path, status.st_size, status.st_mtime_ns))
        return data

    def load_json(self, path: Path) -> dict[str, Any] | None:
        """Read a JSON object; ``None`` if the file is not there.

        Raises
        ------
        graticule.errors.CorruptFileError
            If it is no JSON object.
        """
        data = self.load(path)
        return None if data is None else _parsed(data, path)

    def group(self, folder: Path) -> ZarrGroup | None:
        """Read a group; ``None`` if there is none (or it is an array).

        Since OME-Zarr 0.5 its attributes lie one deeper, under ``ome``. A group of
        version 2 may lack its ``.zgroup``: copies made over HTTP do.
        """
        document = folder / "zarr.json"
        if (header := self.load_json(document)) is not None:
            if header.get("node_type") == "array":
                return None
            attributes = header.get("attributes", {})
        else:
            attributes = self.load_json(document := folder / ".zattrs")
            if attributes is None:
                attributes = self.load_json(document := folder / ".zgroup")
                if attributes is None:
                    return None
        attributes = as_object(attributes, document)
        inner = attributes.get("ome")
        return ZarrGroup(
            folder, document, inner if isinstance(inner, dict) else attributes
        )

    def array(self, folder: Path) -> ZarrArrayHeader:
        """Read the header of an array.

        Raises
        ------
        graticule.errors.CorruptFileError
            If there is none, or it breaks the rules of Zarr.
        graticule.errors.UnsupportedFileError
            If it uses a codec, data type or grid that is not read here.
        graticule.errors.LimitError
            If a chunk is larger than ``max_chunk_bytes``.
        """
        document = folder / "zarr.json"
        if (header := self.load_json(document)) is not None:
            made = _header_v3(header, folder, document, self._revision())
        else:
            document = folder / ".zarray"
            if (header := self.load_json(document)) is None:
                raise CorruptFileError(
                    folder, "the metadata announces an array here, but there is none."
                )
            made = _header_v2(header, folder, document, self._revision())
        asked = math.prod(made.chunks) * made.dtype.itemsize
        if asked > self.limits.max_chunk_bytes:
            raise LimitError(
                "max_chunk_bytes",
                self.limits.max_chunk_bytes,
                asked,
                f"{document}: a decoded chunk",
            )
        return made

    def _revision(self) -> int:
        return self.files[-1].modified_ns


def _parsed(data: bytes, path: Path) -> dict[str, Any]:
    try:
        value = json.loads(data)
        if b"\\u" in data:  # escapes can say what is no character: half a pair, NUL
            plain = json.dumps(value, ensure_ascii=False)
            plain.encode()
            if "\\u0000" in plain:
                raise CorruptFileError(path, "holds text with NUL characters.")
    except (ValueError, RecursionError) as error:
        raise CorruptFileError(path, f"is not JSON ({error}).") from error
    return as_object(value, path)


def as_object(value: object, document: Path) -> dict[str, Any]:
    """Insist on a JSON object."""
    if not isinstance(value, dict):
        raise CorruptFileError(
            document, f"holds {_named(value)} where an object is expected."
        )
    return value


def as_list(value: object, document: Path, what: str) -> list[Any]:
    """Insist on a JSON array."""
    if not isinstance(value, list):
        raise CorruptFileError(document, f'"{what}" is {_named(value)}, not a list.')
    return value


def number_or_none(value: object) -> float | None:
    """Take a finite number, anything else as not said."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value) if math.isfinite(value) else None
        except OverflowError:
            return None
    return None


def object_or_empty(value: object) -> dict[str, Any]:
    """Take a JSON object, anything else as not said."""
    return value if isinstance(value, dict) else {}


def list_or_empty(value: object) -> list[Any]:
    """Take a JSON array, anything else as not said."""
    return value if isinstance(value, list) else []


def below(folder: Path, relative: object, document: Path) -> Path:
    """Find what a document calls by a relative path, never outside its folder.

    Raises
    ------
    graticule.errors.CorruptFileError
        If it is no text or leads out of the folder.
    """
    if not isinstance(relative, str) or not relative.strip("/"):
        raise CorruptFileError(document, f"{_named(relative)} is no path of an array.")
    path = PurePosixPath(relative)
    if path.is_absolute() or ".." in path.parts or "\0" in relative:
        raise CorruptFileError(
            document, f'the path "{relative}" leads out of the folder.'
        )
    return folder / path


def _named(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _sizes(value: object, document: Path, what: str, least: int) -> tuple[int, ...]:
    listed = as_list(value, document, what)
    if not all(type(n) is int and n >= least for n in listed):
        raise CorruptFileError(
            document, f'"{what}" is {_named(listed)}: not all are sizes.'
        )
    return tuple(listed)


def _grid(
    header: Mapping[str, Any], chunks: object, document: Path
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    shape = _sizes(header.get("shape"), document, "shape", 0)
    sizes = _sizes(chunks, document, "chunks", 1)
    if len(shape) != len(sizes):
        raise CorruptFileError(
            document, f"the shape has {len(shape)} axes, the chunks have {len(sizes)}."
        )
    return shape, sizes


def _header_v2(
    header: dict[str, Any], folder: Path, document: Path, revision: int
) -> ZarrArrayHeader:
    shape, chunks = _grid(header, header.get("chunks"), document)
    named = header.get("dtype")
    try:
        dtype = np.dtype(named if isinstance(named, str) else "")
    except TypeError as error:
        raise UnsupportedFileError(
            document, f"pixels of type {_named(named)} cannot be shown."
        ) from error
    compressor = header.get("compressor")
    if compressor is not None and _codec_name(compressor, "id") not in _CODECS_V2:
        raise _unsupported_codec(document, _codec_name(compressor, "id"))
    for stage in as_list(header.get("filters") or [], document, "filters"):
        raise _unsupported_codec(document, _codec_name(stage, "id"))
    return ZarrArrayHeader(
        folder, document, 2, shape, chunks, dtype.newbyteorder("="), revision
    )


def _header_v3(
    header: dict[str, Any], folder: Path, document: Path, revision: int
) -> ZarrArrayHeader:
    if header.get("node_type") != "array":
        raise CorruptFileError(
            document, "the metadata announces an array here, but this is a group."
        )
    grid = as_object(header.get("chunk_grid"), document)
    if grid.get("name") != "regular":
        raise UnsupportedFileError(
            document, f"the chunk grid {_named(grid.get('name'))} is not supported."
        )
    outer = as_object(grid.get("configuration"), document).get("chunk_shape")
    shape, chunks = _grid(header, outer, document)
    chunks = _inner_chunks(header.get("codecs"), chunks, document)
    named = header.get("data_type")
    if not isinstance(named, str) or named not in _NAMES_V3:
        raise UnsupportedFileError(
            document, f"pixels of type {_named(named)} cannot be shown."
        )
    return ZarrArrayHeader(
        folder, document, 3, shape, chunks, np.dtype(named), revision
    )


def _inner_chunks(
    codecs: object, chunks: tuple[int, ...], document: Path
) -> tuple[int, ...]:
    """Look through shards (one in the other if need be) and check the codecs."""
    shards: Mapping[str, Any] | None = {"codecs": codecs}
    while shards is not None:
        listed = as_list(shards.get("codecs"), document, "codecs")
        shards = None
        for stage in listed:
            name = _codec_name(stage, "name")
            if name not in _CODECS_V3:
                raise _unsupported_codec(document, name)
            if name == "sharding_indexed":
                shards = as_object(
                    as_object(stage, document).get("configuration"), document
                )
        if shards is not None:
            outer = chunks
            chunks = _sizes(shards.get("chunk_shape"), document, "chunk_shape", 1)
            if len(outer) != len(chunks) or any(
                o % i for o, i in zip(outer, chunks, strict=True)
            ):
                raise CorruptFileError(
                    document, f"shards of {outer} do not divide into chunks {chunks}."
                )
    return chunks


def _codec_name(stage: object, key: str) -> object:
    name = stage.get(key) if isinstance(stage, dict) else stage
    return name if isinstance(name, str) else _named(name)


def _unsupported_codec(document: Path, name: object) -> UnsupportedFileError:
    return UnsupportedFileError(
        document, f"is stored with the codec {_named(name)}, which is not supported."
    )

"""Fetch the wheel of a client and unpack what browsers need of it.

The wheel is fetched by the user's own pip, so that their index, proxy and
certificates hold; nothing it depends on is fetched, and no code of it runs. What
is unpacked is written aside and renamed. Knows no command line.
"""

from __future__ import annotations

import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from email.parser import HeaderParser
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from re import sub
from zipfile import BadZipFile, ZipFile, ZipInfo

from graticule.errors import (
    CorruptFileError,
    FileError,
    GraticuleError,
    MissingFileError,
    UnsupportedFileError,
)
from graticule.services.clients import (
    Client,
    Installed,
    clients_folder,
    command_for,
    write_facts,
)

# The clients hold 3 to 11 MB in some hundreds of files.
MOST_BYTES = 256 << 20
MOST_FILES = 10_000
_PART = 1 << 20
_FETCH_SECONDS = 600
_KINDS = ("static", "templates")


class FetchError(GraticuleError):
    """A client could not be fetched."""


def install_client(
    home: Path, client: Client, *, version: str | None = None, wheel: Path | None = None
) -> Installed:
    """Fetch a client, or take a wheel at hand, and unpack it in the home folder.

    Parameters
    ----------
    home
        The home folder.
    client
        Which one.
    version
        Another version than the one that was tried.
    wheel
        A wheel at hand: nothing is fetched.

    Raises
    ------
    FetchError
        If it cannot be fetched.
    graticule.errors.FileError
        If the file is no wheel of this client, is not sound, or cannot be written.
    """
    folder = clients_folder(home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as aside:
            found = wheel or _fetch(client, version or client.version, Path(aside))
            return _unpack(found, client, Path(aside) / client.name, folder)
    except OSError as error:
        at_fault = error.filename or folder
        raise FileError(
            at_fault, f"this cannot be used: {error.strerror or error}."
        ) from error


def _fetch(client: Client, version: str, folder: Path) -> Path:
    wanted = f"{client.distribution}=={version}"
    if find_spec("pip") is None:
        raise FetchError(
            "pip is missing in Graticule's Python environment, so nothing can be "
            f"fetched. Add it ({sys.executable} -m ensurepip), or download the wheel "
            f"of {wanted} and run {command_for(client.name)} --file WHEEL."
        )
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    try:
        done = subprocess.run(  # noqa: S603 -- no shell, and nothing after "--" is an option
            [*command, "--dest", str(folder), "--", wanted],
            capture_output=True,
            text=True,
            check=False,
            timeout=_FETCH_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise FetchError(
            f"{wanted} did not come within {_FETCH_SECONDS} s; is the network slow? "
            f"{_otherwise(client)}"
        ) from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        said = " ".join((lines or done.stderr.splitlines() or ["it said nothing"])[-1:])
        raise FetchError(
            f"pip could not fetch {wanted}: {said.removeprefix('ERROR: ')} "
            f"{_otherwise(client)}"
        )
    return wheels[0]


def _otherwise(client: Client) -> str:
    return (
        "Without a network, download the wheel elsewhere and run "
        f"{command_for(client.name)} --file WHEEL."
    )


def _unpack(wheel: Path, client: Client, aside: Path, folder: Path) -> Installed:
    if not wheel.is_file():
        raise MissingFileError(wheel, "there is no such file.")
    try:
        with ZipFile(wheel) as archive:
            version, licence = _facts(archive, wheel, client)
            _extract(archive, wheel, client, aside)
    except (BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise CorruptFileError(
            wheel, f"this is no sound wheel ({error}); download it again."
        ) from error
    write_facts(Installed(client.name, version, licence, aside))
    place = folder / client.name
    if place.exists():
        # Goes with the temporary folder.
        place.rename(aside.with_name("old"))
    aside.rename(place)
    return Installed(client.name, version, licence, place)


def _facts(archive: ZipFile, wheel: Path, client: Client) -> tuple[str, str]:
    """Read what a wheel says it is: its version and its licence."""
    names = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
    if len(names) != 1 or archive.getinfo(names[0]).file_size > _PART:
        raise UnsupportedFileError(wheel, "this is no wheel.")
    headers = HeaderParser().parsestr(archive.read(names[0]).decode(errors="replace"))
    name = sub(r"[-_.]+", "-", headers.get("Name", "")).lower()
    if name != client.distribution:
        raise UnsupportedFileError(
            wheel,
            f"this is a wheel of {name or 'nothing'}; the client {client.name} comes "
            f"as {client.distribution}.",
        )
    licence = headers.get("License-Expression") or headers.get("License", "")
    return headers.get("Version", ""), licence or ""


def _extract(archive: ZipFile, wheel: Path, client: Client, aside: Path) -> None:
    aside.mkdir()
    left = MOST_BYTES
    for count, (member, path) in enumerate(_wanted(archive, wheel, client)):
        target = aside.joinpath(*path.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, target.open("xb") as out:
            # Counted as it comes: what the archive says of itself may be wrong.
            while left >= 0 and (part := source.read(_PART)):
                left -= len(part)
                out.write(part)
        if left < 0 or count >= MOST_FILES:
            raise CorruptFileError(
                wheel,
                f"this unpacks to more than {MOST_BYTES >> 20} MiB or "
                f"{MOST_FILES:,} files; no client does. Nothing was changed.",
            )
    if not (aside / "static").is_dir():
        raise UnsupportedFileError(
            wheel,
            f"this version keeps its pages elsewhere than {client.version} does; "
            f"run {command_for(client.name)}, which takes that one.",
        )


def _wanted(
    archive: ZipFile, wheel: Path, client: Client
) -> Iterator[tuple[ZipInfo, PurePosixPath]]:
    """Go through what is needed of a wheel and where it belongs."""
    for member in archive.infolist():
        if member.is_dir():
            continue
        path = PurePosixPath(member.filename)
        if (
            path.is_absolute()
            or ".." in path.parts
            or "\\" in member.filename
            or stat.S_ISLNK(member.external_attr >> 16)
        ):
            raise CorruptFileError(
                wheel, "this wants to write outside its folder; it is not genuine."
            )
        if place := _place(path, client):
            yield member, place


def _place(path: PurePosixPath, client: Client) -> PurePosixPath | None:
    for package in client.packages:
        for kind in _KINDS:
            if path.is_relative_to(f"{package}/{kind}"):
                return kind / path.relative_to(f"{package}/{kind}")
    if path.parts[0].endswith(".dist-info") and path.name.startswith("LICENSE"):
        return PurePosixPath(path.name)
    return None

"""A bell that all processes of a machine hear: look again, something changed.

Each listener has a datagram socket in one folder; ringing sends a byte to each. A
bell that is missed costs a poll's delay and nothing else: whoever listens looks
at the tables from time to time anyway, and on other machines only then. Knows no
table.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

WORKER = "worker"
_SUFFIX = ".bell"
# Longer paths do not fit into the address of a socket.
_LONGEST_ADDRESS_BYTES = 100


class Bell:
    """One listener; closed, it leaves nothing behind.

    Parameters
    ----------
    folder
        Where the sockets of this installation lie.
    name
        What kind of listener it is, for :func:`somebody_hears`.
    """

    def __init__(self, folder: Path, name: str = "waits") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{name}-{uuid4().hex[:12]}{_SUFFIX}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        try:
            self._socket.bind(_address(self._path))
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Give the file number, to wait for."""
        return self._socket.fileno()

    def clear(self) -> None:
        """Take all rings there are."""
        with suppress(BlockingIOError):
            while self._socket.recv(16):
                pass

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
        self._path.unlink(missing_ok=True)


def ring(folder: Path) -> None:
    """Tell every listener; those that are gone are forgotten."""
    with (
        suppress(FileNotFoundError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender,
    ):
        sender.setblocking(False)
        for entry in os.scandir(folder):
            if not entry.name.endswith(_SUFFIX):
                continue
            try:
                sender.sendto(b"!", _address(Path(entry.path)))
            except ConnectionRefusedError:
                Path(entry.path).unlink(missing_ok=True)
            except (BlockingIOError, FileNotFoundError):
                # It has been told already, or has just gone.
                continue


def somebody_hears(folder: Path, name: str) -> bool:
    """Say whether a listener of a kind lives on this machine."""
    for path in folder.glob(f"{name}-*{_SUFFIX}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as caller:
            try:
                caller.connect(_address(path))
            except (ConnectionRefusedError, FileNotFoundError):
                continue
            return True
    return False


def _address(path: Path) -> str:
    """Shorten a path that is too long for a socket, by way of the folder's number."""
    text = str(path)
    if len(os.fsencode(text)) <= _LONGEST_ADDRESS_BYTES:
        return text
    return _through_folder(path)


def _through_folder(path: Path) -> str:
    """Name a file by an open descriptor of its folder (Linux)."""
    descriptor = _folders.get(path.parent)
    if descriptor is None:
        descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        _folders[path.parent] = descriptor
    return f"/proc/self/fd/{descriptor}/{path.name}"


_folders: dict[Path, int] = {}

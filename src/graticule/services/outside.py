"""Connections to servers outside, at addresses that people have chosen.

They must not lead into the network that this server is in: names are looked up once,
addresses that are not of the public Internet are refused, and what was looked up is
what is connected to. Nobody follows redirects. Knows no table.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

PORTS = {"http": 80, "https": 443}
_TIMEOUT_SECONDS = 10.0
_AT_ONCE = 1 << 16


class OutsideError(Exception):
    """It cannot be reached, or may not be; its text says why, for people."""


def read_address(url: str) -> SplitResult | None:
    """Parse an address; ``None`` for one that cannot be connected to."""
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        known = parts.scheme in PORTS and parts.hostname and parts.port != 0
    except ValueError:
        return None
    if not known or parts.username is not None or not url.isascii():
        return None
    return parts


def connection_to(
    parts: SplitResult, *, inside: bool, refusal: str
) -> tuple[HTTPConnection, str]:
    """Make a connection, not yet opened, and the path to ask for.

    Parameters
    ----------
    inside
        Whether it may go to an address that is not of the public Internet.
    refusal
        What follows "… is within this server's own network, where" if not.

    Raises
    ------
    OutsideError
        If there is no such host, or it may not be connected to.
    """
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    address = _look_up(host, port, inside=inside, refusal=refusal)
    kind = _Https if parts.scheme == "https" else _Http
    connection = kind(host, port, timeout=_TIMEOUT_SECONDS)
    connection.address = address
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return connection, path


def fetch(url: str, path: Path, most: int, *, inside: bool, refusal: str) -> None:
    """Fetch a file.

    Parameters
    ----------
    path
        Where it is written.
    most
        How many bytes it may have.
    inside, refusal
        As in :func:`connection_to`.

    Raises
    ------
    OutsideError
        If it cannot be fetched, or is longer.
    """
    parts = read_address(url)
    if parts is None:
        raise OutsideError(f"{url[:200]!r} is no address that can be asked.")
    connection, target = connection_to(parts, inside=inside, refusal=refusal)
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        if answer.status != 200:
            raise OutsideError(f"{parts.hostname} answered {answer.status}.")
        left = most
        with path.open("wb") as out:
            while part := answer.read(_AT_ONCE):
                left -= len(part)
                if left < 0:
                    raise OutsideError(
                        f"What {parts.hostname} sends is longer than {most:,} bytes."
                    )
                out.write(part)
    except (OSError, HTTPException) as error:
        raise OutsideError(
            f"{parts.hostname} could not be reached: {error}."
        ) from error
    finally:
        connection.close()


def _look_up(host: str, port: int, *, inside: bool, refusal: str) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutsideError(f"There is no host {host}.") from error
    addresses = [str(entry[4][0]) for entry in found]
    foreign = [each for each in addresses if _is_public(each)]
    if not inside and len(foreign) < len(addresses):
        raise OutsideError(
            f"{host} is within this server's own network, where {refusal}"
        )
    return addresses[0]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not found.is_multicast


class _Http(HTTPConnection):
    """Connects to the address that was looked up, whatever its name says later."""

    address = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), self.timeout)


class _Https(HTTPSConnection):
    """The same, proving that it is the host of that name."""

    address = ""

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), self.timeout)
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(plain, server_hostname=self.host)

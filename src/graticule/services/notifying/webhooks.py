"""Posts signed messages to addresses that people have chosen.

Signed as the Standard Webhooks specification 1.0 says: three headers, HMAC-SHA256.
Who can log in chooses the address, so it must not lead into the network that this
server is in: names are looked up once, addresses that are not of the public
Internet are refused, and what was looked up is what is connected to. Redirects are
not followed. Knows no table.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import secrets
import socket
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from graticule.errors import RequestError

_TIMEOUT_SECONDS = 10.0
_PREFIX = "whsec_"
_SECRET_BYTES = 32
_OK = range(200, 300)
_PORTS = {"http": 80, "https": 443}


class WebhookError(Exception):
    """It did not get there; its text says why, for people."""


def make_secret() -> str:
    """Make a secret as the specification writes them."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def check_address(url: str) -> SplitResult:
    """Parse the address of a webhook.

    Raises
    ------
    graticule.errors.RequestError
        If it is none that can be posted to.
    """
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        known = parts.scheme in _PORTS and parts.hostname and parts.port != 0
    except ValueError:
        known = None
    if not known or parts.username is not None or not url.isascii():
        raise RequestError(
            f"{url!r} is no address that can be posted to: it begins with https:// "
            "(or http://), names a host and holds no password."
        )
    return parts


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a message: ``v1,`` and the HMAC of ``id.timestamp.body`` in base64."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def post(url: str, body: bytes, headers: dict[str, str], *, inside: bool) -> None:
    """Post a message.

    Parameters
    ----------
    inside
        Whether it may go to an address that is not of the public Internet.

    Raises
    ------
    WebhookError
        If it was not answered with 2xx.
    """
    try:
        parts = check_address(url)
    except RequestError as error:
        raise WebhookError(str(error)) from error
    host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
    address = _look_up(host, port, inside=inside)
    kind = _Https if parts.scheme == "https" else _Http
    connection = kind(host, port, timeout=_TIMEOUT_SECONDS)
    connection.address = address
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise WebhookError(f"{host} could not be reached: {error}.") from error
    finally:
        connection.close()
    if status not in _OK:
        raise WebhookError(f"{host} answered {status}.")


def _look_up(host: str, port: int, *, inside: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise WebhookError(f"There is no host {host}.") from error
    addresses = [str(entry[4][0]) for entry in found]
    foreign = [each for each in addresses if _is_public(each)]
    if not inside and len(foreign) < len(addresses):
        raise WebhookError(
            f"{host} is within this server's own network, where webhooks may not go "
            "(setting webhooks_inside)."
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

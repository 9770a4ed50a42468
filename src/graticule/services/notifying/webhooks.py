"""Posts signed messages to addresses that people have chosen.

Signed as the Standard Webhooks specification 1.0 says: three headers, HMAC-SHA256.
Who can log in chooses the address, so it must not lead into the network that this
server is in (:mod:`graticule.services.outside`). Knows no table.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from http.client import HTTPException
from urllib.parse import SplitResult

from graticule.errors import RequestError
from graticule.services.outside import OutsideError, connection_to, read_address

_PREFIX = "whsec_"
_SECRET_BYTES = 32
_OK = range(200, 300)


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
    parts = read_address(url)
    if parts is None:
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
    host = str(parts.hostname)
    try:
        connection, path = connection_to(
            parts,
            inside=inside,
            refusal="webhooks may not go (setting webhooks_inside).",
        )
    except OutsideError as error:
        raise WebhookError(str(error)) from error
    try:
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise WebhookError(f"{host} could not be reached: {error}.") from error
    finally:
        connection.close()
    if status not in _OK:
        raise WebhookError(f"{host} answered {status}.")

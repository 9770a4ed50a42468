"""Which page shows an image: Graticule's own, or that of an installed client."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from graticule.web.clients.mounted import has_client


def chosen_page(image_id: int, query: str) -> str | None:
    """Give the address of the client that the setting ``image_page`` names.

    Parameters
    ----------
    query
        How it is to be drawn (contract clients 1.4), handed on as it is.

    Returns
    -------
    str or None
        ``None`` for Graticule's own page; also while the client is not installed.
    """
    name = settings.GRATICULE["image_page"]
    if name == "graticule" or not has_client(name):
        return None
    if name == "iviewer":
        return f"{reverse('iviewer')}?images={image_id}" + (
            f"&{query}" if query else ""
        )
    return reverse(name, args=[image_id]) + (f"?{query}" if query else "")

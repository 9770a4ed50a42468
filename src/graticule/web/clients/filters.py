"""Template filters and tags that pages of clients name, written anew.

Registered under the names of the libraries those pages load. What each has to do
follows from its name and from how the page looks.
"""

from __future__ import annotations

import json

from django import template
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Addresses of the contract that pages of OMERO.web know by names not ours.
_ADDRESSES = {
    "webindex": "webclient/",
    "web_image_viewer": "webclient/img_detail/{}/",
    "get_thumbnail_json": "webclient/get_thumbnail/{}/",
    "get_thumbnails_json": "webclient/get_thumbnails/",
    "webgateway_object_table_query": "webgateway/table/{}/{}/query/",
}


@register.simple_tag
def url(name: str, *args: object, **kwargs: object) -> str:
    """Give an address by the name of its route, OMERO.web's names included."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        if name not in _ADDRESSES:
            raise
    return get_script_prefix() + _ADDRESSES[name].format(*args)


@register.filter
def truncateafter(value: object, length: object) -> str:
    """Keep the beginning of a text."""
    text = str(value)
    most = int(str(length))
    return text if len(text) <= most else f"{text[:most]}..."


@register.filter
def json_dumps(value: object) -> SafeString:
    """Write a value as JSON that may stand in a script."""
    text = json.dumps(value)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308 -- nothing that ends a script is left

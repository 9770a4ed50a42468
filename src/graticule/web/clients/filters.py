"""Template filters and tags that pages of clients name, written anew.

Registered under the names of the libraries those pages load. What each has to do
follows from its name and from how the page looks.
"""

from __future__ import annotations

import json

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


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

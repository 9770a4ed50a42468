"""Pyramids of single images, made in this process while no scan is running.

The same as a scan makes of all big images in a folder. Knows no door and no job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from django.conf import settings

from graticule.catalog.models import Image
from graticule.errors import GraticuleError
from graticule.services.remembered import forget_all
from graticule.services.scanning.lock import scan_lock
from graticule.services.scanning.pyramids import (
    WantedPyramid,
    missing_pyramids,
    save_pyramid,
)
from graticule.services.scanning.report import ScanSettings
from graticule.services.scanning.shrink import Shrinker
from graticule.services.versions import wait_until_known

_AT_ONCE = 500

Share = Callable[[float], None]
"""Is told how much is done, 0 to 1."""


class PyramidError(GraticuleError):
    """The reduced levels of an image could not be made."""


def images_without_pyramid(image_ids: Sequence[int]) -> Iterator[int]:
    """Find which of some images need a pyramid.

    Parameters
    ----------
    image_ids
        Images that the person may see.
    """
    scanning = ScanSettings.of(settings.GRATICULE.values)
    for first in range(0, len(image_ids), _AT_ONCE):
        some = Image.objects.filter(pk__in=image_ids[first : first + _AT_ONCE])
        for wanted in missing_pyramids(some.order_by("pk"), scanning):
            yield wanted.image_id


def make_pyramid_of(
    image_id: int,
    told: Share = lambda _share: None,
    waiting: Callable[[], None] = lambda: None,
) -> bool:
    """Give an image a pyramid, if it needs one.

    Parameters
    ----------
    told
        Is told how much is done.
    waiting
        Called now and then while a scan is running: it clears away what others
        have begun.

    Returns
    -------
    bool
        Whether it was made.

    Raises
    ------
    PyramidError
        If it could not be made.
    """
    scanning = ScanSettings.of(settings.GRATICULE.values)
    images = Image.objects.filter(pk=image_id)
    if not any(missing_pyramids(images, scanning)):
        return False
    with scan_lock(scanning.home, waiting):
        # A scan may have made it meanwhile.
        for wanted in missing_pyramids(images, scanning):
            _make(wanted, scanning, told)
            return True
    return False


def _make(wanted: WantedPyramid, scanning: ScanSettings, told: Share) -> None:
    shrinker = Shrinker(scanning.limits, scanning.chunk_cache_bytes)
    levels = shrinker(wanted.task, told)
    if isinstance(levels, str):
        raise PyramidError(
            f"No reduced levels of Image:{wanted.image_id} could be made: {levels}"
        )
    save_pyramid(wanted, levels)
    forget_all()
    wait_until_known()

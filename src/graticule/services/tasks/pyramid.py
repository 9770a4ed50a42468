"""Pyramids for big images that have none, so that they can be shown.

Says what can be asked; :mod:`graticule.services.pyramids` does it.
"""

from __future__ import annotations

import json

from graticule.catalog.access import Verb, rights_of
from graticule.catalog.models import Image, Person
from graticule.errors import NotPermittedError
from graticule.jobs.executors.work import Work
from graticule.services.tasks.selection import TARGETS, Selection, selected_images
from graticule.services.tasks.task import Task


class PyramidParameters(Selection):
    """Which images; those that need no pyramid are passed over."""


def run(work: Work, asked: PyramidParameters, person: Person) -> None:
    """Make the pyramids that are missing, and say what became of each image."""
    # What reads pixels does not live through a fork: it is loaded here.
    from graticule.services.pyramids import (  # noqa: PLC0415
        PyramidError,
        images_without_pyramid,
        make_pyramid_of,
    )

    selected = selected_images(person, asked)
    wanted = list(images_without_pyramid(selected))
    _check_may_change(person, wanted)
    made, failed = [], {}
    for done, image_id in enumerate(wanted):

        def told(share: float, done: int = done, image_id: int = image_id) -> None:
            work.report(done + share, len(wanted), f"Image {image_id}")

        def waiting(done: int = done) -> None:
            work.report(done, len(wanted), "waiting for a scan to end")

        told(0)
        try:
            if make_pyramid_of(image_id, told, waiting):
                made.append(image_id)
        except PyramidError as error:
            failed[image_id] = str(error)
    said = {
        "made": made,
        "failed": failed,
        "not_needed": len(selected) - len(made) - len(failed),
    }
    with work.result("report", "pyramids.json", "application/json", final=True) as path:
        path.write_text(json.dumps(said), encoding="utf-8")
    if failed and not made:
        raise PyramidError(next(iter(failed.values())))
    work.report(1, 1, f"{len(made)} made, {len(failed)} failed")


def _check_may_change(person: Person, image_ids: list[int]) -> None:
    """Refuse to work on images that a person may look at only.

    Raises
    ------
    graticule.errors.NotPermittedError
        Naming the first of them.
    """
    rights = rights_of(person)
    for image in Image.objects.select_related("group").filter(pk__in=image_ids):
        if not rights.may(Verb.EDIT, image):
            raise NotPermittedError(
                f"You may not change Image:{image.pk}, and so not give it reduced "
                "levels."
            )


TASK = Task(
    name="pyramid",
    title="Pyramids",
    help="Makes the reduced levels of big images that have none, so that they can be "
    "shown at all scales.",
    parameters=PyramidParameters,
    run=run,
    sync=False,
    targets=TARGETS,
)

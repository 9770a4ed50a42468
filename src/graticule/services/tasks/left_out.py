"""Images that a job had to leave out: one that cannot be read spoils no others.

They are told in the job's log and in a text that comes with the results. Knows no
kind of job.
"""

from __future__ import annotations

import logging

from graticule.errors import FileError
from graticule.jobs.executors.work import Work
from graticule.services.tasks.packing import Packer

LIST_NAME = "left-out.txt"
_KEY = "left-out"

logger = logging.getLogger(__name__)


class LeftOut:
    """Which images could not be done, and why.

    Parameters
    ----------
    total
        Of how many images.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._errors: dict[int, FileError] = {}

    def add(self, image_id: int, error: FileError) -> None:
        """Note an image; said once, however much of it is missing.

        Raises
        ------
        graticule.errors.FileError
            If there is no image but this one: then the job has failed.
        """
        if image_id in self._errors:
            return
        self._errors[image_id] = error
        logger.warning("Image %d is left out: %s", image_id, error.cause)
        if len(self._errors) == self._total:
            raise next(iter(self._errors.values()))

    def pack(self, packer: Packer) -> None:
        """Put the list into an archive, if there is anything to say."""
        if self._errors:
            packer.write(LIST_NAME, self._text().encode())

    def tell(self, work: Work) -> None:
        """Make the list a result of its own, if there is anything to say."""
        if self._errors:
            with work.result(_KEY, LIST_NAME, "text/plain; charset=utf-8") as path:
                path.write_text(self._text(), encoding="utf-8")

    @property
    def summary(self) -> str:
        """How many images were done, and how many were not."""
        done = f"{self._total - len(self._errors)} images"
        return f"{done}, {len(self._errors)} left out" if self._errors else done

    def _text(self) -> str:
        lines = (
            f"Image {image_id}: {error.cause}\n"
            for image_id, error in self._errors.items()
        )
        return f"These images could not be read:\n{''.join(lines)}"

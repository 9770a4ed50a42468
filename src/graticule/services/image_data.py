"""What viewers need to know of an image, from the catalogue alone.

The facts behind ``imgData`` and its like, as frozen values in our own words.
Never opens the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graticule.catalog.access import Verb, may, visible_to
from graticule.catalog.models import Channel, Dataset, Image, Person, Project
from graticule.errors import NotFoundError
from graticule.render.settings import Rendering
from graticule.services.renderings import SavedRendering, rendering_for


@dataclass(frozen=True, slots=True)
class ImageData:
    """An image, its channels, its places and what may be done with it.

    ``project``, ``dataset`` and ``well_id`` are only set where there is exactly
    one (contract webgateway 7.3).
    """

    image: Image
    channels: tuple[Channel, ...]
    saved: SavedRendering
    rights: dict[Verb, bool]
    project: Project | None
    dataset: Dataset | None
    well_id: int | None

    @property
    def rendering(self) -> Rendering:
        """How it is drawn."""
        return self.saved.rendering

    @property
    def date(self) -> datetime:
        """When it was acquired, else when it was first scanned."""
        return self.image.acquired or self.image.created


def image_data(
    person: Person | None, image_id: int, *, imported: bool = False
) -> ImageData:
    """Collect the facts of an image that a person may see.

    Parameters
    ----------
    imported
        Show the settings made at import, not those that apply.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or not for this person.
    """
    images = visible_to(person, Image.objects.select_related("owner", "group"))
    image = images.prefetch_related("renderings").filter(pk=image_id).first()
    if image is None:
        raise NotFoundError(f"Image:{image_id} not found")
    datasets = visible_to(person, Dataset.objects.filter(images=image))[:2]
    projects = visible_to(
        person, Project.objects.filter(datasets__images=image).distinct()
    )[:2]
    samples = list(image.well_samples.all()[:2])
    return ImageData(
        image=image,
        channels=tuple(image.channels.all()),
        saved=rendering_for(image, person, imported=imported),
        rights={verb: may(person, verb, image) for verb in Verb},
        project=projects[0] if len(projects) == 1 else None,
        dataset=datasets[0] if len(datasets) == 1 else None,
        well_id=samples[0].well_id if len(samples) == 1 else None,
    )

"""Original files on their way: one as it is, several as one archive.

As the gateway's door of originals does it, under an address that links can keep.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person
from graticule.errors import LimitError, NotFoundError
from graticule.services import archives, original_files
from graticule.services.observatory.identifiers import Named
from graticule.services.observatory.media_types import media_type_of
from graticule.services.original_files import FoundFile
from graticule.web.job_offers import offer
from graticule.web.sending import send_archive, send_file

_TARGETS = {"image": "IMAGE", "plate": "PLATE"}


def send_original(
    request: HttpRequest, person: Person, named: Named, place: str
) -> HttpResponseBase:
    """Send the files that something came in.

    Parameters
    ----------
    place
        Of one file among several; empty for all of them.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such thing or file, or not for this person.
    graticule.errors.NotPermittedError
        If the files hold other images, too, that the person may not see.
    graticule.web.job_offers.OfferError
        If there are more files than a request sends.
    """
    sets = _files(request, person, named)
    files = [file for one in sets for file in one.files]
    if place:
        files = [file for file in files if file.place == place]
        if not files:
            raise NotFoundError(f"{named.did} has no file {place[:200]}.")
    if not files:
        raise NotFoundError(f"{named.did} has no original files.")
    if len(files) == 1:
        name = archives.plain_name(files[0].name)
        return send_file(request, files[0], name, media_type_of(name))
    entries = archives.name_entries(sets)
    _check_size(request, named, files)
    name = archives.archive_name(f"{named.kind}-{named.id}", entries)
    answer = send_archive(request, lambda: archives.pack(entries), name)
    if answer.status_code == 200:
        answer["Content-Type"] = "application/zip"
    return answer


def _files(
    request: HttpRequest, person: Person, named: Named
) -> list[original_files.FileSet]:
    images = original_files.find_images(person, _image_ids(person, named))
    if not images:
        raise NotFoundError(f"{named.did} is not known here, or not for you.")
    most = settings.GRATICULE["max_download_files"]
    try:
        return original_files.find_files(person, images, most)
    except LimitError as error:
        raise _offered(request, error, named) from error


def _image_ids(person: Person, named: Named) -> list[int]:
    if named.kind == "image":
        return [named.id]
    rows = Image.objects.filter(well_samples__well__plate=named.id)
    seen = visible_to(person, rows).order_by("pk").distinct()
    return list(seen.values_list("pk", flat=True))


def _check_size(request: HttpRequest, named: Named, files: list[FoundFile]) -> None:
    total = sum(file.size_bytes for file in files)
    most = settings.GRATICULE["max_download_bytes"]
    if total > most:
        error = LimitError("max_download_bytes", most, total, "A download")
        raise _offered(request, error, named)


def _offered(request: HttpRequest, error: LimitError, named: Named) -> LimitError:
    return offer(request, error, "archive", **{_TARGETS[named.kind]: named.id})

"""Which links an image or a plate has: from what belongs to it to rows.

The words of DataLink stand here, addresses too; what there is was found before. Only
words of its first vocabulary are used: programs that cannot look up the newest
(``#documentation``, say) know them all, and ``local_semantics`` says more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from graticule.catalog.models import Image
from graticule.services.observatory.identifiers import Named
from graticule.services.observatory.linked import Attached, Files, Linked, Member
from graticule.web.datalink.model import MEDIA_TYPE, Row
from graticule.web.datalink.offers import Offer

_ZIP = "application/zip"
_JPEG = "image/jpeg"
_VOTABLE = "application/x-votable+xml"


class Rows:
    """Makes rows for whoever asks.

    Parameters
    ----------
    request
        Tells where the site is.
    offers
        The services that work on images and plates.
    """

    def __init__(self, request: HttpRequest, offers: tuple[Offer, ...]) -> None:
        self._request = request
        self._offers = offers

    def of(self, asked: str, linked: Linked) -> Iterator[Row]:
        """Give the rows of one thing, in the order in which people look for them."""
        yield from self._originals(asked, linked)
        if linked.image is not None:
            yield from self._pictures(asked, linked, linked.image)
        for offer in self._offers:
            if offer.fits(linked):
                yield Row(
                    asked,
                    offer.semantics,
                    offer.description,
                    service_def=offer.id_for(linked),
                    content_type=offer.content_type_for(linked),
                    local_semantics=offer.name,
                    needs_login=offer.needs_login or not linked.is_open,
                    authorized=offer.authorized,
                )
        for member in linked.members:
            yield self._member(asked, member)
        for attached in linked.attached:
            yield from self._attached(asked, attached)
        yield from self._texts(asked, linked)

    def missing(self, asked: str, message: str) -> Row:
        """Give the row of what is not there, or not for whoever asks (L4)."""
        return _error(asked, f"NotFoundFault: {message}")

    def _originals(self, asked: str, linked: Linked) -> Iterator[Row]:
        files = linked.files
        if files is None:
            if linked.image is not None:
                message = "DefaultFault: this image has no original files."
                yield _error(asked, message)
            return
        if files.is_gone:
            message = "FatalFault: the files have vanished since they were scanned."
            yield _error(asked, message)
            return
        archive = Row(
            asked,
            "#this",
            _archive_words(linked, files),
            self._original(linked.named),
            content_type=_ZIP,
            content_qualifier=_qualifier(linked.image),
            local_semantics="originals",
            needs_login=not files.is_open,
            authorized=files.is_whole,
        )
        if files.count != 1:
            yield archive
        for file in files.listed:
            yield replace(
                archive,
                description=f"Original file {file.name}",
                access_url=self._original(
                    linked.named, file.place if files.count != 1 else ""
                ),
                content_type=file.media_type,
                content_length=file.size_bytes,
                local_semantics="original",
            )

    def _pictures(self, asked: str, linked: Linked, image: Image) -> Iterator[Row]:
        picture = Row(
            asked,
            "#preview",
            "The image as it is shown, at full size",
            content_type=_JPEG,
            content_qualifier="#image",
            local_semantics="picture",
            needs_login=not linked.is_open,
        )
        most = settings.GRATICULE["max_render_pixels"]
        if image.size_x * image.size_y <= most:
            address = self._address("webgateway_render_image", iid=image.pk)
            yield replace(picture, access_url=address)
        yield replace(
            picture,
            description="A small picture of the image",
            access_url=self._address("webgateway_render_thumbnail", iid=image.pk),
            local_semantics="thumbnail",
        )

    def _member(self, asked: str, member: Member) -> Row:
        return Row(
            asked,
            "#this",
            f"Image of {member.label}",
            self.links_of(Named("image", member.image_id)),
            content_type=MEDIA_TYPE,
            local_semantics="field",
            needs_login=not member.is_open,
        )

    def _attached(self, asked: str, attached: Attached) -> Iterator[Row]:
        said = attached.description or attached.name
        file = Row(
            asked,
            "#auxiliary",
            f"Attached file: {said}",
            self._address("annotate_download", annotation=attached.annotation_id),
            content_type=attached.media_type,
            content_length=attached.size_bytes,
            local_semantics="attachment",
            needs_login=not attached.is_open,
        )
        if not attached.is_table:
            yield file
            return
        query = urlencode({"TABLE": attached.file_id, "FORMAT": "votable"})
        yield replace(
            file,
            description=f"Attached table: {said}",
            access_url=f"{self._address('uws_sync', service='table-query')}?{query}",
            content_type=_VOTABLE,
            content_length=None,
            local_semantics="table",
        )

    def _texts(self, asked: str, linked: Linked) -> Iterator[Row]:
        image, named = linked.image, linked.named
        page = {"iid" if image else "plate_id": named.id}
        if image is not None and linked.files is not None:
            yield Row(
                asked,
                "#auxiliary",
                "What the file says of the image: its metadata as text",
                self._address("annotate_original_text", image=image.pk),
                content_type="text/plain",
                local_semantics="metadata",
                needs_login=not linked.is_open,
            )
        yield Row(
            asked,
            "#auxiliary",
            f"The page of the {named.kind}, for people",
            self._address(named.kind, **page),
            content_type="text/html",
            local_semantics="page",
            needs_login=not linked.is_open,
        )

    def links_of(self, named: Named) -> str:
        """Give the address of a document of links."""
        query = urlencode({"ID": named.did})
        return f"{self._address('datalink_links')}?{query}"

    def _original(self, named: Named, place: str = "") -> str:
        query = {"ID": named.did} | ({"FILE": place} if place else {})
        return f"{self._address('datalink_get')}?{urlencode(query)}"

    def _address(self, route: str, **values: str | int) -> str:
        path = reverse(route, kwargs=values)
        return self._request.build_absolute_uri(path)


def _error(asked: str, message: str) -> Row:
    return Row(asked, "#this", "", error_message=message, authorized=None)


def _archive_words(linked: Linked, files: Files) -> str:
    count = f"all {files.count}" if files.count is not None else "all"
    return f"The original files, {count} in one archive: {linked.name}"


def _qualifier(image: Image | None) -> str:
    """Say what kind of product an image is (vocabulary product-type)."""
    if image is None:
        return ""
    return "#image" if image.size_z * image.size_c * image.size_t == 1 else "#cube"

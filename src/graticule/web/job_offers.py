"""What a request may not do a job does: refusals that say so, with a ready link.

Every refusal names its limit and the job; the link leads to its list, where the
form is filled in already. Knows no kind of job.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from graticule.errors import LimitError

_LONGEST_QUERY = 4000
"""Longer ones are no link any more: the form is empty then."""


class OfferError(LimitError):
    """A limit forbids it here, and a job does it: ``link`` leads there.

    Parameters
    ----------
    error
        The refusal.
    service
        Name of the kind of job.
    link
        Absolute address, parameters included.
    """

    def __init__(self, error: LimitError, service: str, link: str) -> None:
        super().__init__(error.limit, error.allowed, error.asked, error.what)
        self.service = service
        self.link = link

    def __str__(self) -> str:
        """Say what the refusal says, and where to go."""
        return f"{super().__str__()} The job {self.service} does it: {self.link}"


def offer(
    request: HttpRequest, error: LimitError, service: str, **given: str | int | None
) -> OfferError:
    """Make of a refusal one that offers a job.

    Parameters
    ----------
    service
        Name of the kind of job.
    given
        Parameters of the job, in upper case; empty ones are left out.
    """
    path = reverse("uws_list", args=[service])
    filled = {name: value for name, value in given.items() if value or value == 0}
    query = urlencode({name: str(value) for name, value in filled.items()})
    if query and len(query) <= _LONGEST_QUERY:
        path = f"{path}?{query}"
    return OfferError(error, service, request.build_absolute_uri(path))

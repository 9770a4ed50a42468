"""The pages of an account: each parses, authorises, asks, and fills a template."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.db import transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from graticule import __version__
from graticule.catalog.models import Person, Token
from graticule.catalog.tokens import make_token
from graticule.errors import NotFoundError
from graticule.services.versions import tell_change, wait_until_known
from graticule.web.account.forms import DetailsForm, TokenForm
from graticule.web.account.holder import holder_of
from graticule.web.principal import forget_principals

logger = logging.getLogger(__name__)
_ALLOWED = ["GET", "HEAD", "POST"]


def shown(
    request: HttpRequest, here: str, filling: dict[str, Any], *, wrong: bool = False
) -> HttpResponse:
    """Fill one of the pages; what was filled in wrongly is shown with status 400."""
    filling |= {"here": here, "version": __version__, "trail": [("Account", None)]}
    answer = render(
        request, f"graticule/account_{here}.html", filling, status=400 if wrong else 200
    )
    answer["Cache-Control"] = "no-store"
    return answer


def details(request: HttpRequest) -> HttpResponse:
    """Show and take who somebody is; the password, too (``change=password``)."""
    person = holder_of(request)
    if request.method not in _ALLOWED:
        return HttpResponseNotAllowed(_ALLOWED)
    posted = request.POST if request.method == "POST" else None
    is_password = posted is not None and posted.get("change") == "password"
    # A form changes the person it is given, also where it is wrong: a copy.
    own = Person.objects.get(pk=person.pk)
    form = DetailsForm(None if is_password else posted, instance=own)
    password = PasswordChangeForm(person, posted if is_password else None)
    # The page begins with the details.
    del password.fields["old_password"].widget.attrs["autofocus"]
    taken: DetailsForm | PasswordChangeForm = password if is_password else form
    if posted is not None and taken.is_valid():
        with transaction.atomic():
            taken.save()
            tell_change()
        if is_password:
            # This session goes on; all the others end.
            request.user = person
            update_session_auth_hash(request, person)
            logger.info("%s has a new password", person.username)
        forget_principals()
        wait_until_known()
        return HttpResponseRedirect(f"{reverse('account')}?saved=1")
    filling = {"form": form, "password": password, "person": person}
    filling["saved"] = "saved" in request.GET and posted is None
    return shown(request, "details", filling, wrong=posted is not None)


def tokens(request: HttpRequest) -> HttpResponse:
    """Show the tokens, make one and show it once, revoke one (``REVOKE``)."""
    person = holder_of(request)
    if request.method not in _ALLOWED:
        return HttpResponseNotAllowed(_ALLOWED)
    secret = ""
    form = TokenForm(person)
    if request.method == "POST" and "REVOKE" in request.POST:
        _revoke(person, request.POST["REVOKE"])
        return HttpResponseRedirect(reverse("account_tokens"))
    if request.method == "POST":
        form = TokenForm(person, request.POST)
        if form.is_valid():
            asked = form.cleaned_data
            scopes = tuple(asked["scopes"])
            secret = make_token(
                person, asked["name"], scopes=scopes, lifetime=form.lifetime
            )
            logger.info("%s made the token %r", person.username, asked["name"])
            form = TokenForm(person)
    filling = {
        "form": form,
        "secret": secret,
        "tokens": Token.objects.filter(person=person).order_by("-created"),
        "now": timezone.now(),
        "example": request.build_absolute_uri(reverse("uws_services")),
    }
    return shown(request, "tokens", filling, wrong=form.is_bound)


def _revoke(person: Person, text: str) -> None:
    found = Token.objects.filter(person=person, pk=int(text) if text.isdigit() else 0)
    with transaction.atomic():
        gone, _ = found.delete()
        if not gone:
            raise NotFoundError("There is no such token of yours; it may be gone.")
        tell_change()
    forget_principals()
    wait_until_known()
    logger.info("%s revoked a token", person.username)

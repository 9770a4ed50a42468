"""Log in by a form or a one-time link, log out (contract webgateway 2.2, 18)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from graticule.catalog.login_attempts import TooManyLoginsError
from graticule.catalog.tokens import use_login_link
from graticule.web.errors import page
from graticule.web.login.passwords import GUEST, person_by_password
from graticule.web.principal import forget_principals

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def _wanted(request: HttpRequest) -> str:
    """Where to go afterwards: only to an address of this server."""
    url = request.POST.get("url") or request.GET.get("url") or ""
    if url_has_allowed_host_and_scheme(url, {request.get_host()}):
        return url
    return reverse("start")


def log_in(request: HttpRequest) -> HttpResponse:
    """Show the login form, and take it."""
    said: dict[str, Any] = {"url": _wanted(request), "username": ""}
    if request.method != "POST":
        return render(request, "graticule/login.html", said)
    name = request.POST.get("username", "")
    password = request.POST.get("password", "")
    said["username"] = name
    try:
        person = person_by_password(request, name, password)
    except TooManyLoginsError as error:
        said["error"] = str(error)
        answer = render(request, "graticule/login.html", said, status=429)
        answer["Retry-After"] = str(error.wait_seconds)
        return answer
    if person is None:
        said["error"] = (
            "Guest account is not supported."
            if name == GUEST
            else "User name or password is wrong."
        )
        return render(request, "graticule/login.html", said, status=403)
    login(request, person)
    return HttpResponseRedirect(said["url"])


def log_in_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask for a click, then use the link up and log its person in.

    Looking at the link does not use it up: chat programs and mail scanners
    look at every link they see.
    """
    if request.method != "POST":
        return render(request, "graticule/login_link.html", {"secret": secret})
    person = use_login_link(secret)
    if person is None:
        return page(
            request,
            403,
            "This login link has been used or has expired. "
            "`graticule user link NAME` makes a new one.",
        )
    login(request, person, backend=_BACKEND)
    return HttpResponseRedirect(reverse("start"))


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Log out."""
    logout(request)
    forget_principals()
    return HttpResponseRedirect(reverse("start"))

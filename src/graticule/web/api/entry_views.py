"""The way in: versions, addresses, token, servers, login (contract json-api 2)."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.contrib.auth import SESSION_KEY, login
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token

from graticule.catalog.login_attempts import TooManyLoginsError
from graticule.catalog.models import Membership, Person
from graticule.web.api.addresses import Addresses
from graticule.web.api.details import SCHEMA, Json
from graticule.web.api.wrapper import api_view, json_answer, message
from graticule.web.login.passwords import GUEST, person_by_password
from graticule.web.principal import is_public, person_of

_LISTS = (
    "experimenters",
    "experimentergroups",
    "projects",
    "datasets",
    "images",
    "screens",
    "plates",
    "rois",
)
_SERVER = 1
_WRONG = "Connection not available, please check your user name and password."
_HOW = "POST only with username, password, server and csrftoken"


@api_view("GET", "HEAD")
def versions(request: HttpRequest) -> Json:
    """Answer the versions there are: one."""
    return {"data": [{"version": "0", "url:base": Addresses.of(request).base}]}


@api_view("GET", "HEAD")
def base(request: HttpRequest, version: str) -> Json:
    """Answer where everything is."""
    del version
    addresses = Addresses.of(request)
    return {
        **{f"url:{name}": addresses.of_objects(name) for name in _LISTS},
        **{
            f"url:{name}": f"{addresses.base}{name}/"
            for name in ("token", "servers", "login")
        },
        "url:save": addresses.of_objects("save"),
        "url:schema": SCHEMA,
    }


@api_view("GET", "HEAD")
def token(request: HttpRequest) -> Json:
    """Answer a token for forms; the middleware sets its cookie."""
    return {"data": get_token(request)}


@api_view("GET", "HEAD")
def servers(request: HttpRequest) -> Json:
    """Answer the one server there is: this one, as it was called."""
    here = urlsplit(request.build_absolute_uri("/"))
    return {
        "data": [
            {
                "id": _SERVER,
                "host": here.hostname,
                "port": here.port or (443 if here.scheme == "https" else 80),
                "server": "graticule",
            }
        ]
    }


class LoginForm(forms.Form):
    """The fields of a login; their errors are told in the contract's words."""

    username = forms.CharField(max_length=255, label="Username")
    password = forms.CharField(strip=False, label="Password")
    server = forms.TypedChoiceField(
        choices=[(_SERVER, "graticule")], coerce=int, label="Server"
    )

    def clean_username(self) -> str:
        """Refuse the account that only servers use."""
        name: str = self.cleaned_data["username"]
        if name == GUEST:
            raise forms.ValidationError("Guest account is not supported.")
        return name

    def sentences(self) -> str:
        """Give all errors in one line."""
        return " ".join(
            f"{self.fields[name].label}: {reason}"
            for name, reasons in self.errors.items()
            for reason in reasons
        )


@api_view("POST", versioned=False, refusal=_HOW)
def log_in(request: HttpRequest) -> Json | JsonResponse:
    """Log in by a form or JSON; say who is logged in if nothing is sent."""
    fields = _fields(request)
    sent = set(fields) - {"csrfmiddlewaretoken"}
    if not sent and not is_public(request) and request.session.get(SESSION_KEY):
        return _success(request, person_of(request))
    form = LoginForm(fields)
    if not form.is_valid():
        return message(form.sentences(), 403)
    said = form.cleaned_data
    try:
        found = person_by_password(request, said["username"], said["password"])
    except TooManyLoginsError as error:
        answer = message(str(error), 403)  # the contract's for all that fails
        answer["Retry-After"] = str(error.wait_seconds)
        return answer
    if found is None:
        return message(_WRONG, 403)
    login(request, found)
    return _success(request, found)


def _fields(request: HttpRequest) -> dict[str, Any]:
    """Read the form, or JSON; what cannot be read counts as empty."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _success(request: HttpRequest, person: Person) -> JsonResponse:
    """Write the event context.

    The session's key stays in its cookie, where scripts cannot read it; what
    stands here is made of it but opens nothing.
    """
    digest = sha256((request.session.session_key or "").encode()).digest()
    member = Membership.objects.filter(person=person).select_related("group")
    rows = list(member.order_by("group_id"))
    group = person.default_group or next((row.group for row in rows), None)
    return json_answer(
        {
            "success": True,
            "eventContext": {
                "sessionId": int.from_bytes(digest[-4:], "big") >> 1,
                "sessionUuid": str(UUID(bytes=digest[:16])),
                "userId": person.pk,
                "userName": person.username,
                "groupId": group.pk if group else -1,
                "groupName": group.name if group else "",
                "isAdmin": person.is_administrator,
                "eventId": -1,
                "eventType": "User",
                "memberOfGroups": [row.group_id for row in rows],
                "leaderOfGroups": [row.group_id for row in rows if row.is_owner],
            },
        }
    )

"""The groups that somebody is in, and who else: changed by their owners."""

from __future__ import annotations

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import reverse

from graticule.catalog.models import Group, Membership, Permissions, Person
from graticule.errors import RequestError
from graticule.services import memberships
from graticule.web.account.holder import holder_of
from graticule.web.account.views import shown


def _meaning(group: Group) -> tuple[str, str]:
    """Split a level into its name and what it means: ``private``, ``members …``."""
    name, _, meaning = Permissions(group.permissions).label.partition(": ")
    return name, meaning


def groups(request: HttpRequest) -> HttpResponse:
    """Show the groups."""
    person = holder_of(request)
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if person.is_administrator:
        owned = set(
            person.memberships.filter(is_owner=True).values_list("group", flat=True)
        )
        found = [(group, group.pk in owned) for group in Group.objects.all()]
    else:
        mine = Membership.objects.filter(person=person).select_related("group")
        found = [(row.group, row.is_owner) for row in mine.order_by("group__name")]
    rows = [
        {
            "id": group.pk,
            "name": group.name,
            "description": group.description,
            "level": _meaning(group),
            "is_owner": is_owner,
        }
        for group, is_owner in found
    ]
    return shown(request, "groups", {"groups": rows, "person": person})


def group(request: HttpRequest, group_id: int) -> HttpResponse:
    """Show who is in a group; its owners say ``MEMBER``, ``OWNER`` or ``REMOVE``."""
    person = holder_of(request)
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    found = memberships.find_group(person, min(group_id, 2**63 - 1))
    trouble = ""
    if request.method == "POST":
        try:
            _change(request, person, found)
        except RequestError as error:
            trouble = str(error)
        else:
            return HttpResponseRedirect(reverse("account_group", args=[found.pk]))
    members = Membership.objects.filter(group=found).select_related("person")
    filling = {
        "group": found,
        "level": _meaning(found),
        "members": members.order_by("-is_owner", "person__username"),
        "may_manage": memberships.may_manage(person, found),
        "trouble": trouble,
        "person": person,
    }
    return shown(request, "group", filling, wrong=bool(trouble))


def _change(request: HttpRequest, person: Person, found: Group) -> None:
    posted = request.POST
    if "REMOVE" in posted:
        memberships.take_out(person, found, posted["REMOVE"])
    elif "OWNER" in posted:
        memberships.put_in(person, found, posted["OWNER"], is_owner=True)
    elif "MEMBER" in posted:
        memberships.put_in(person, found, posted["MEMBER"], is_owner=False)
    else:
        raise RequestError("Post MEMBER, OWNER or REMOVE with the name of a person.")

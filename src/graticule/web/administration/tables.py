"""How each table is shown to administrators, and what they may change in it.

Every table has a page. What other parts of the program keep in step (phases of
jobs, indexes, counters, what a scan found) is shown and not changed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from graticule.catalog import models as catalog
from graticule.jobs import requests
from graticule.jobs.models import Job, JobEvent, JobParameter, JobResult
from graticule.web.administration.site import site

_MOST_COLUMNS = 7
_NOT_IN_LISTS = (models.TextField, models.JSONField, models.BinaryField)
_SECRET = frozenset({"digest", "password", "session_data", "secret"})


if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Model]
    _UserAdmin = UserAdmin[catalog.Person]
else:
    _Admin, _UserAdmin = admin.ModelAdmin, UserAdmin


class Table(_Admin):
    """A table that administrators may change."""

    list_per_page = 50
    show_full_result_count = False


class Kept(Table):
    """A table that may be changed, but whose rows stay: they belong to files."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: scans make them."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: the pages delete, so that scans do not bring them back."""
        del request, obj
        return False


class Shown(Kept):
    """A table to look at only."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        del request, obj
        return False


class Revocable(Shown):
    """A table whose rows may be taken away: tokens, sessions, shares."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


class People(_UserAdmin):
    """People; their passwords are set on a page of their own."""

    list_display = ("username", "first_name", "last_name", "email", "is_superuser")
    list_filter = ("is_superuser", "is_active")
    filter_horizontal = ()
    raw_id_fields = ("default_group",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (
            "Details",
            {
                "fields": (
                    *("first_name", "middle_name", "last_name"),
                    *("email", "institution", "default_group"),
                )
            },
        ),
        ("Rights", {"fields": ("is_active", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )


class Jobs(Shown):
    """Jobs: aborted and deleted as everywhere else, never written to."""

    actions = ("abort", "destroy")

    @admin.action(description="Abort the chosen jobs")
    def abort(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        """Abort them; those that have ended stay as they are."""
        for job in chosen:
            requests.abort(job, f"aborted by {request.user}")

    @admin.action(description="Delete the chosen jobs and their results")
    def destroy(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        """Delete them with all that they have made."""
        for job in chosen:
            requests.delete(job.pk, f"deleted by {request.user}")


_KEPT = {
    *(catalog.Image, catalog.Channel, catalog.Well, catalog.WellSample),
    *(catalog.Fileset, catalog.OriginalFile),
}
_REVOCABLE = {"Token", "LoginLink", "LoginAttempt", "Share", "Session"}
_SHOWN = {
    *("CatalogVersion", "DeletedSource", "OrganisedChange", "PlaneTimes"),
    *("ScanProblem", "SearchChange", "SearchWord", "UploadFile", "UploadSet"),
}
_OWN: dict[type[Model], type[admin.ModelAdmin[Any]]] = {
    catalog.Person: People,
    Job: Jobs,
    JobEvent: Shown,
    JobParameter: Shown,
    JobResult: Shown,
    LogEntry: Shown,
    Session: Revocable,
}


def _table_of(model: type[Model]) -> type[admin.ModelAdmin[Any]]:
    own = _OWN.get(model)
    if own is People:
        return own
    if own is None:
        name = model.__name__
        own = Kept if model in _KEPT else Shown if name in _SHOWN else Table
        own = Revocable if name in _REVOCABLE else own
    return type(f"{model.__name__}Table", (own,), _columns(model))


def _columns(model: type[Model]) -> dict[str, Any]:
    """Choose what lists and forms show of a table.

    Lists have its short columns; what refers to other rows is given by their ids,
    since there may be very many.
    """
    meta = model._meta  # noqa: SLF001 -- Django's own way to ask a model
    fields = [field for field in meta.concrete_fields if field.name not in _SECRET]
    short = [f.name for f in fields if not isinstance(f, _NOT_IN_LISTS)]
    short = short[:_MOST_COLUMNS]
    to_one = [field.name for field in fields if field.is_relation]
    texts = [f.name for f in fields if isinstance(f, models.CharField)]
    return {
        "list_display": tuple(short),
        "list_select_related": tuple(name for name in to_one if name in short),
        "raw_id_fields": (*to_one, *(field.name for field in meta.many_to_many)),
        "search_fields": tuple(f"{name}__icontains" for name in texts) or ("pk",),
        "list_filter": tuple(
            f.name for f in fields if isinstance(f, models.BooleanField) or f.choices
        ),
        "exclude": tuple(f.name for f in meta.fields if f.name in _SECRET),
        # Dates that fill themselves in.
        "readonly_fields": tuple(
            f.name for f in fields if not f.editable and not f.primary_key
        ),
    }


def register() -> None:
    """Give every table its page."""
    for app in ("catalog", "jobs"):
        for model in apps.get_app_config(app).get_models():
            site.register(model, _table_of(model))
    for model in (LogEntry, Session):
        site.register(model, _table_of(model))

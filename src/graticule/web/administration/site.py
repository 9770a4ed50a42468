"""Django's admin behind our own login, rights and errors.

Who may come in is said by the principal, as everywhere; Django's session of its
own is not asked. Knows no table: see :mod:`graticule.web.administration.tables`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.db import transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import reverse

from graticule.errors import NotPermittedError
from graticule.services.versions import tell_change, wait_until_known
from graticule.web.errors import error_answer, login_needed
from graticule.web.principal import Principal, forget_principals

View = Callable[..., HttpResponseBase]


class Site(AdminSite):
    """The one site: administrators only, never by a token."""

    site_header = "Graticule"
    site_title = "Graticule"
    index_title = "Administration"
    empty_value_display = "\N{EN DASH}"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether whoever asks is an administrator who has logged in."""
        principal: Principal = request.principal  # type: ignore[attr-defined]
        person = principal.person
        return (
            person is not None and person.is_administrator and principal.scopes is None
        )

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 -- Django's signature
        """Let administrators in; what they change is known everywhere at once."""
        inner = super().admin_view(view, cacheable)

        def entered(request: HttpRequest, *given: Any, **named: Any) -> Any:
            principal: Principal = request.principal  # type: ignore[attr-defined]
            if principal.is_public:
                return login_needed(request)
            if not self.has_permission(request):
                refusal = NotPermittedError(
                    "These pages are for administrators who have logged in."
                )
                return error_answer(request, refusal)
            request.user = principal.required()
            return _shown(request, lambda: inner(request, *given, **named))

        return entered

    def each_context(self, request: Any) -> dict[str, Any]:
        """Give every page what processors of contexts would."""
        more = {"user": request.user, "messages": get_messages(request)}
        return super().each_context(request) | more

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to our own login page."""
        del extra_context
        return login_needed(request)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Send home, where the way out is."""
        del request, extra_context
        return HttpResponseRedirect(reverse("start"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Send to the account, where passwords are changed."""
        del request, extra_context
        return HttpResponseRedirect(reverse("account"))


def _shown(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> Any:
    """Run a view with the messages that it leaves for the next page."""
    if request.method == "POST":
        return _with_messages(request, lambda: _changed(view))
    return _with_messages(request, view)


def _changed(view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    with transaction.atomic():
        answer = view()
        tell_change()
    forget_principals()
    wait_until_known()
    return answer


def _with_messages(
    request: HttpRequest, view: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    def drawn(_: HttpRequest) -> HttpResponseBase:
        answer = view()
        # Drawn now: which messages were shown is written down afterwards.
        if isinstance(answer, TemplateResponse):
            answer.render()
        return answer

    answer = MessageMiddleware(drawn)(request)
    assert isinstance(answer, HttpResponseBase)
    return answer


site = Site(name="admin")

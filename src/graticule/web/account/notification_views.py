"""How somebody wants to hear of their jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils import timezone

from graticule.catalog.models import NotificationChoice
from graticule.errors import RequestError
from graticule.services.notifying import webhooks
from graticule.services.notifying.outbox import write_trial
from graticule.web.account.holder import holder_of
from graticule.web.account.views import shown

_SHOWN = 20

if TYPE_CHECKING:
    _ChoiceForm = forms.ModelForm[NotificationChoice]
else:
    _ChoiceForm = forms.ModelForm


class NotificationForm(_ChoiceForm):
    """The ways, and which jobs are worth a message."""

    class Meta:
        """What of the choice it holds."""

        model = NotificationChoice
        fields: ClassVar = ["about", "longer_than_seconds", "by_mail", "webhook_url"]
        labels: ClassVar = {
            "about": "Of which jobs",
            "longer_than_seconds": "That took at least so many seconds",
            "by_mail": "By mail",
            "webhook_url": "By webhook, to",
        }
        widgets: ClassVar = {
            "webhook_url": forms.TextInput({"placeholder": "https://…"}),
        }
        help_texts: ClassVar = {
            "webhook_url": "An address of yours that a signed message is posted to."
        }

    def clean_by_mail(self) -> bool:
        """Refuse mail where it could not arrive."""
        wanted = bool(self.cleaned_data["by_mail"])
        if wanted and not settings.GRATICULE["mail_server"]:
            raise ValidationError(
                "This server sends no mail; its administrator sets mail_server."
            )
        if wanted and not self.instance.person.email:
            raise ValidationError("Fill in your mail address under Details first.")
        return wanted

    def clean_webhook_url(self) -> str:
        """Refuse what cannot be posted to."""
        url: str = self.cleaned_data["webhook_url"].strip()
        if url:
            try:
                webhooks.check_address(url)
            except RequestError as error:
                raise ValidationError(str(error)) from error
        return url


def notifications(request: HttpRequest) -> HttpResponse:
    """Show and take the choice; ``TRY`` sends a message for trial."""
    person = holder_of(request)
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    own = NotificationChoice.objects.filter(person=person).first()
    choice = own or NotificationChoice(person=person)
    posted = request.POST if request.method == "POST" else None
    here = reverse("account_notifications")
    if posted is not None and "TRY" in posted and own is not None:
        write_trial(own, _trial_letter())
        return HttpResponseRedirect(here)
    form = NotificationForm(posted, instance=choice)
    if posted is not None and form.is_valid():
        if not choice.secret:
            choice.secret = webhooks.make_secret()
        form.save()
        return HttpResponseRedirect(f"{here}?saved=1")
    filling = {
        "form": form,
        "choice": own,
        "saved": "saved" in request.GET and posted is None,
        "messages_sent": person.notifications.all()[:_SHOWN],
        "person": person,
    }
    return shown(request, "notifications", filling, wrong=posted is not None)


def _trial_letter() -> dict[str, Any]:
    now = timezone.now().isoformat()
    return {
        "jobId": "trial",
        "service": "trial",
        "title": "A message for trial",
        "runId": "",
        "phase": "COMPLETED",
        "message": "It has arrived.",
        "creationTime": now,
        "endTime": now,
        "url": "",
    }

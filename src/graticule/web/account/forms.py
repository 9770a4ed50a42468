"""What people fill in about themselves; checked here, saved by the views."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

from graticule.catalog.models import Group, Person
from graticule.catalog.tokens import SCOPES

_LIFETIMES = (
    ("7", "a week"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "a year"),
    ("", "no end"),
)
_SCOPE_LABELS = {
    "read": "Look: read what you may see",
    "write": "Change: save, annotate, upload, run jobs",
    "admin": "Administer: what only administrators may",
}


if TYPE_CHECKING:
    _PersonForm = forms.ModelForm[Person]
else:
    _PersonForm = forms.ModelForm


class DetailsForm(_PersonForm):
    """Name, address, institution, and the group to be in after logging in."""

    class Meta:
        """What of the person it holds."""

        model = Person
        fields: ClassVar = [
            "first_name",
            "middle_name",
            "last_name",
            "email",
            "institution",
            "default_group",
        ]
        labels: ClassVar = {
            "email": "Mail address",
            "default_group": "Group for what you make",
        }
        help_texts: ClassVar = {"email": "Where notifications of jobs go."}

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["default_group"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Group.objects.filter(memberships__person=self.instance)
        field.empty_label = "none"


class TokenForm(forms.Form):
    """A token to be made."""

    name = forms.CharField(
        label="What for",
        max_length=255,
        validators=[ProhibitNullCharactersValidator()],
        widget=forms.TextInput({"placeholder": "Notebook on my laptop"}),
    )
    scopes = forms.MultipleChoiceField(
        label="May",
        choices=[(scope, _SCOPE_LABELS[scope]) for scope in SCOPES],
        initial=["read"],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.ChoiceField(
        label="Good for", choices=_LIFETIMES, initial="90", required=False
    )

    def __init__(self, person: Person, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if not person.is_administrator:
            field = self.fields["scopes"]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [
                (scope, _SCOPE_LABELS[scope]) for scope in SCOPES if scope != "admin"
            ]

    @property
    def lifetime(self) -> timedelta | None:
        """How long it is good for; nothing for ever."""
        days = self.cleaned_data["days"]
        return timedelta(days=int(days)) if days else None

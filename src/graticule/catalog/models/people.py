"""People, groups and who is what in which group.

Roles are OMERO's: a *member* of a group, an *owner* of a group (a membership
with ``is_owner``), an *administrator* (``is_superuser``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models

if TYPE_CHECKING:
    from graticule.catalog.models.shares import Share

PUBLIC = "public"
"""Name of the person that everybody is who has not logged in, and of the group
whose images everybody may see."""


class Permissions(models.TextChoices):
    """The four levels of what members may do to each other's data."""

    PRIVATE = "rw----", "private: members see their own"
    READ_ONLY = "rwr---", "read-only: members see everything"
    READ_ANNOTATE = "rwra--", "read-annotate: members see and annotate everything"
    READ_WRITE = "rwrw--", "read-write: members change everything"


class Group(models.Model):
    """A group of people who share data at one permission level."""

    name = models.CharField(max_length=255, unique=True)
    description = models.TextField(blank=True, default="")
    permissions = models.CharField(
        max_length=6, choices=Permissions.choices, default=Permissions.PRIVATE
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Person(AbstractUser):
    """Somebody who can log in; ``is_superuser`` makes an administrator."""

    middle_name = models.CharField(max_length=150, blank=True, default="")
    institution = models.CharField(max_length=255, blank=True, default="")
    default_group = models.ForeignKey(
        Group, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    share: Share | None = None
    """The link this person holds who is nobody else, for those without a row."""

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering: ClassVar = ["last_name", "first_name", "id"]

    @property
    def full_name(self) -> str:
        """First and last name, or the user name where neither is known."""
        return f"{self.first_name} {self.last_name}".strip() or self.username

    @property
    def is_administrator(self) -> bool:
        """Whether this person may see and do everything."""
        return self.is_active and self.is_superuser


class Membership(models.Model):
    """One person in one group."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    is_owner = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "group"], name="member_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.group}"

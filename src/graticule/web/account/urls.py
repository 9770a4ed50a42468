"""Addresses of accounts."""

from __future__ import annotations

from django.urls import path

from graticule.web.account import group_views, notification_views, views

urlpatterns = [
    path("", views.details, name="account"),
    path("tokens/", views.tokens, name="account_tokens"),
    path("groups/", group_views.groups, name="account_groups"),
    path("groups/<int:group_id>/", group_views.group, name="account_group"),
    path(
        "notifications/",
        notification_views.notifications,
        name="account_notifications",
    ),
]

"""Tells Django of the tables of jobs."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The application ``jobs``."""

    name = "graticule.jobs"
    label = "jobs"

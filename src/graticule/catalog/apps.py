"""Django's handle on the catalogue."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class CatalogConfig(AppConfig):
    """The catalogue as a Django application."""

    name = "graticule.catalog"
    label = "catalog"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        """Keep triggers out of the way of migrations."""
        from graticule.catalog import (  # noqa: PLC0415 -- there are no tables before
            published_triggers,
            search_triggers,
        )

        pre_migrate.connect(search_triggers.before_migrations, sender=self)
        post_migrate.connect(search_triggers.after_migrations, sender=self)
        pre_migrate.connect(published_triggers.before_migrations, sender=self)
        post_migrate.connect(published_triggers.after_migrations, sender=self)

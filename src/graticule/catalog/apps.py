"""Django's handle on the catalogue."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class CatalogConfig(AppConfig):
    """The catalogue as a Django application."""

    name = "graticule.catalog"
    label = "catalog"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        """Keep the triggers of the search index out of the way of migrations."""
        from graticule.catalog import search_triggers  # noqa: PLC0415 -- there are no tables before

        pre_migrate.connect(search_triggers.before_migrations, sender=self)
        post_migrate.connect(search_triggers.after_migrations, sender=self)

"""Django's handle on the catalogue."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """The catalogue as a Django application."""

    name = "graticule.catalog"
    label = "catalog"
    verbose_name = "Catalogue"

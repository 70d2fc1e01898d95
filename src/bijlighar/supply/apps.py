"""Django's name for the app."""

from django.apps import AppConfig


class SupplyConfig(AppConfig):
    """The app `supply`."""

    name = "bijlighar.supply"
    label = "supply"
    default_auto_field = "django.db.models.BigAutoField"

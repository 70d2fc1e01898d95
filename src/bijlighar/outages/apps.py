"""Django's name for the app."""

from django.apps import AppConfig


class OutagesConfig(AppConfig):
    """The app `outages`."""

    name = "bijlighar.outages"
    label = "outages"
    default_auto_field = "django.db.models.BigAutoField"

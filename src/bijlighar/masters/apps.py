"""Django's name for the app."""

from django.apps import AppConfig


class MastersConfig(AppConfig):
    """The app `masters`."""

    name = "bijlighar.masters"
    label = "masters"
    default_auto_field = "django.db.models.BigAutoField"

"""Django's name for the app."""

from django.apps import AppConfig


class ChargesConfig(AppConfig):
    """The app `charges`."""

    name = "bijlighar.charges"
    label = "charges"
    default_auto_field = "django.db.models.BigAutoField"

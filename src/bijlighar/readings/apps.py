"""Django's name for the app."""

from django.apps import AppConfig


class ReadingsConfig(AppConfig):
    """The app `readings`."""

    name = "bijlighar.readings"
    label = "readings"
    default_auto_field = "django.db.models.BigAutoField"

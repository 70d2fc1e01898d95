"""Django's name for the app."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    """The app `complaints`."""

    name = "bijlighar.complaints"
    label = "complaints"
    default_auto_field = "django.db.models.BigAutoField"

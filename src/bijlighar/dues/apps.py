"""Django's name for the app."""

from django.apps import AppConfig


class DuesConfig(AppConfig):
    """The app `dues`."""

    name = "bijlighar.dues"
    label = "dues"
    default_auto_field = "django.db.models.BigAutoField"

"""Django's name for the app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The app `notices`."""

    name = "bijlighar.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

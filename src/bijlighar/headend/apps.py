"""Django's name for the app."""

from django.apps import AppConfig


class HeadendConfig(AppConfig):
    """The app `headend`."""

    name = "bijlighar.headend"
    label = "headend"
    default_auto_field = "django.db.models.BigAutoField"

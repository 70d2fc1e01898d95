"""Django's name for the app."""

from django.apps import AppConfig


class LoginsConfig(AppConfig):
    """The app `logins`."""

    name = "bijlighar.logins"
    label = "logins"
    default_auto_field = "django.db.models.BigAutoField"

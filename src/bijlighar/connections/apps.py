"""Django's name for the app."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """The app `connections`."""

    name = "bijlighar.connections"
    label = "connections"
    default_auto_field = "django.db.models.BigAutoField"

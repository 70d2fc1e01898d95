"""Django's name for the app."""

from django.apps import AppConfig


class FlowConfig(AppConfig):
    """The app `flow`."""

    name = "bijlighar.flow"
    label = "flow"
    default_auto_field = "django.db.models.BigAutoField"

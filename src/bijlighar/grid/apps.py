"""Django's name for the app."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    """The discom: its offices and its network, dated."""

    name = "bijlighar.grid"
    label = "grid"
    default_auto_field = "django.db.models.BigAutoField"

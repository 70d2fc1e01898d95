"""Django's name for the app."""

from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    """The app `proposals`."""

    name = "bijlighar.proposals"
    label = "proposals"
    default_auto_field = "django.db.models.BigAutoField"

"""Django's name for the app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The app `ledger`."""

    name = "bijlighar.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

"""Django's name for the app."""

from django.apps import AppConfig


class BillsConfig(AppConfig):
    """The app `bills`."""

    name = "bijlighar.bills"
    label = "bills"
    default_auto_field = "django.db.models.BigAutoField"

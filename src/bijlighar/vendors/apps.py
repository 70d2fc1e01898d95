"""Django's name for the app."""

from django.apps import AppConfig


class VendorsConfig(AppConfig):
    """The app `vendors`."""

    name = "bijlighar.vendors"
    label = "vendors"
    default_auto_field = "django.db.models.BigAutoField"

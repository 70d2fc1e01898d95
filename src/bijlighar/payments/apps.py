"""Django's name for the app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """The app `payments`."""

    name = "bijlighar.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

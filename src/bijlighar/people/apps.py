"""Django's name for the app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Staff, their roles and areas, machine clients, and the audit trail."""

    name = "bijlighar.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

"""Django's name for the app."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """The app `dashboards`: it owns the questions that people keep, and nothing else."""

    name = "bijlighar.dashboards"
    label = "dashboards"
    default_auto_field = "django.db.models.BigAutoField"

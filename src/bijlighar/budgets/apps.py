"""Django's name for the app."""

from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    """The app `budgets`."""

    name = "bijlighar.budgets"
    label = "budgets"
    default_auto_field = "django.db.models.BigAutoField"

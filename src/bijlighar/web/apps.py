"""Django's name for the screens."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The screens, by audience."""

    name = "bijlighar.web"
    label = "web"

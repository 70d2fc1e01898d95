"""The queue of jobs as a worker sees it."""

from __future__ import annotations

from procrastinate import App
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.django_connector import DjangoConnector


def worker_app() -> App:
    """The queue with connections of its own, for a worker's event loop."""
    connector = django_app.connector
    assert isinstance(connector, DjangoConnector)
    return django_app.with_connector(connector.get_worker_connector())

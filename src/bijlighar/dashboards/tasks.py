"""What the worker can be asked to do for the dashboards."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError, close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from bijlighar.clock.clock import now
from bijlighar.dashboards import service


@app.task(
    name="dashboards.count_levels",
    retry=RetryStrategy(
        max_attempts=6, exponential_wait=2, retry_exceptions={OperationalError}
    ),
)
def count_levels(**_: Any) -> None:
    """Count the service levels of the last days anew."""
    close_old_connections()
    try:
        service.count_levels(now=now())
    finally:
        close_old_connections()

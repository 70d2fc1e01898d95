"""Locking a login out for a while after wrong passwords, longer each time.

django-axes counts the failures of a login from an address, whether or not there is such a
login; here is only how long it then waits (rules.locked_for). Named in the settings.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.db.models import Max, Sum
from django.http import HttpRequest

from bijlighar.people.rules import locked_for


class BacksOff(AxesDatabaseHandler):  # type: ignore[misc]
    """Keeps attempts as django-axes does, and doubles the wait."""

    def is_locked(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> bool:
        """Whether the login may not be tried from this address just now."""
        return self.wait(request, credentials) > timedelta()

    def wait(self, request: HttpRequest, credentials: dict[str, Any] | None) -> timedelta:
        """For how long yet; zero or less where it may be tried."""
        failures, last = self._failures(request, credentials)
        locked = locked_for(failures=failures)
        if last is None or not locked:
            return timedelta()
        tried_at: datetime = request.axes_attempt_time  # type: ignore[attr-defined]
        return last + locked - tried_at

    def _failures(
        self, request: HttpRequest, credentials: dict[str, Any] | None
    ) -> tuple[int, datetime | None]:
        (attempts,) = self.get_user_attempts(request, credentials)
        held = attempts.aggregate(
            failures=Sum("failures_since_start"), last=Max("attempt_time")
        )
        return held["failures"] or 0, held["last"]

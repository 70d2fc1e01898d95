"""What an outage may be, and what is told of it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bijlighar.kernel.errors import BijligharError
from bijlighar.outages.values import NewOutage, Outage, OutageKind, OutageState

LONGEST = timedelta(days=7)
FURTHEST_AHEAD = timedelta(days=60)
LONGEST_BACK = timedelta(days=2)
LONGEST_REASON = 120


class WrongOutage(BijligharError):
    """An outage is not as it may be; nothing was changed. The message names the field."""

    def __init__(self, message: str, *, field: str) -> None:
        """`field` of the form that has to be mended."""
        super().__init__(message)
        self.field = field


def check(*, new: NewOutage, now: datetime) -> None:
    """Raise WrongOutage, naming the field, where an outage cannot be entered so."""
    if not new.reason.strip():
        raise WrongOutage("Say why there is no supply.", field="reason")
    if len(new.reason) > LONGEST_REASON:
        raise WrongOutage("The reason is too long.", field="reason")
    if new.kind is OutageKind.PLANNED:
        if new.until is None:
            raise WrongOutage("Say until when.", field="until")
        if new.starts_at <= now:
            raise WrongOutage("A planned outage begins later than now.", field="starts_at")
        if new.starts_at - now > FURTHEST_AHEAD:
            raise WrongOutage("It begins too far ahead.", field="starts_at")
    elif new.starts_at > now:
        raise WrongOutage("An unplanned outage has begun.", field="starts_at")
    elif now - new.starts_at > LONGEST_BACK:
        raise WrongOutage("It began too long ago.", field="starts_at")
    check_hours(starts_at=new.starts_at, until=new.until, now=now)


def check_hours(*, starts_at: datetime, until: datetime | None, now: datetime) -> None:
    """Raise WrongOutage where an end does not fit a beginning and the present."""
    if until is None:
        return
    if until <= starts_at:
        raise WrongOutage("It ends after it begins.", field="until")
    if until <= now:
        raise WrongOutage("It ends later than now.", field="until")
    if until - starts_at > LONGEST:
        raise WrongOutage("It lasts too long for one outage.", field="until")


def check_change(
    *, held: Outage, starts_at: datetime, until: datetime | None, now: datetime
) -> None:
    """Raise WrongOutage where an outage that stands cannot get these hours."""
    if held.state is not OutageState.STANDS or (
        not held.is_ahead(now) and not held.is_open(now)
    ):
        raise WrongOutage("It is over already.", field="form")
    if starts_at != held.starts_at and not held.is_ahead(now):
        raise WrongOutage("It has begun: only its end can change.", field="starts_at")
    if held.is_ahead(now) and starts_at <= now:
        raise WrongOutage("It begins later than now.", field="starts_at")
    if starts_at - now > FURTHEST_AHEAD:
        raise WrongOutage("It begins too far ahead.", field="starts_at")
    if held.kind is OutageKind.PLANNED and until is None:
        raise WrongOutage("Say until when.", field="until")
    if (starts_at, until) == (held.starts_at, held.until):
        raise WrongOutage("These are the hours that it has.", field="form")
    check_hours(starts_at=starts_at, until=until, now=now)

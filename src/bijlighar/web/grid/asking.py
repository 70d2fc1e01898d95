"""What the addresses of the grid's pages ask for: a day, months, a level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from bijlighar.clock import clock
from bijlighar.dashboards.values import BothLanguages
from bijlighar.grid import service as grid
from bijlighar.grid.values import Kind, Profile
from bijlighar.kernel.ist import ONE_DAY, month_starts, supply_day_of

EARLIEST = date(1950, 1, 1)
LATEST = date(2100, 1, 1)
MONTHS_TO_CHOOSE = 36
MOST_MONTHS = 3


def today() -> date:
    """The supply day that is running."""
    return supply_day_of(clock.now())


def day_asked(request: HttpRequest) -> tuple[date, bool]:
    """The day of the tree, today where none is named; whether it was understood."""
    told = request.GET.get("day", "").strip()
    if not told:
        return today(), True
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return today(), False
    if not EARLIEST <= day < LATEST:
        return today(), False
    return day, True


def address(name: str, *, day: date | None = None, **where: int) -> str:
    """A page of the grid as of a day; today needs no mention."""
    path = reverse(name, kwargs=where)
    return path if day is None or day == today() else f"{path}?{urlencode({'day': day})}"


def months_asked(request: HttpRequest) -> tuple[date, ...]:
    """Up to three months, each by its first day, in order; else last month."""
    found = {
        month
        for told in request.GET.getlist("month")[: MOST_MONTHS * 2]
        if (month := _month(told)) is not None
    }
    last_month = month_starts(month_starts(today()) - ONE_DAY)
    return tuple(sorted(found)[:MOST_MONTHS]) or (last_month,)


def months_to_choose() -> Iterator[date]:
    """This month and those before it, the newest first."""
    month = month_starts(today())
    for _ in range(MONTHS_TO_CHOOSE):
        yield month
        month = month_starts(month - ONE_DAY)


class Levels:
    """The words of each discom for its levels; each profile is looked up once a page."""

    def __init__(self) -> None:
        self._profiles: dict[int, Profile] = {}

    def word(self, *, discom_id: int, kind: Kind) -> BothLanguages:
        """A level in the discom's own words."""
        level = self.profile(discom_id).levels[kind]
        return BothLanguages(en=level.en, hi=level.hi)

    def profile(self, discom_id: int) -> Profile:
        """The discom's profile."""
        if discom_id not in self._profiles:
            self._profiles[discom_id] = grid.profile_of(discom_id=discom_id)
        return self._profiles[discom_id]

    def below(self, *, discom_id: int, kinds: Sequence[Kind]) -> list[Kind]:
        """The discom's levels from the highest of some kinds down."""
        order = list(self.profile(discom_id).levels)
        first = min((order.index(kind) for kind in kinds if kind in order), default=0)
        return order[first:]


def _month(told: str) -> date | None:
    try:
        month = date.fromisoformat(f"{told.strip()}-01")
    except ValueError:
        return None
    return month if EARLIEST <= month <= today() else None

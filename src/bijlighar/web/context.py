"""What every page knows: the demo, the town's clock, the language."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from bijlighar.clock import clock
from bijlighar.kernel.ist import supply_day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The frame around a page."""

    is_demo: bool
    now: datetime
    today: date
    speed: int
    """How many times faster than life the town's clock runs; 0 while it stands."""
    is_past: bool
    """The town lives its first month at full speed: its clock jumps."""
    language: str
    path: str


def site(request: HttpRequest) -> dict[str, Site]:
    """The context processor."""
    now = clock.now()
    return {
        "site": Site(
            is_demo=settings.IS_DEMO,
            now=now,
            today=supply_day_of(now),
            speed=clock_speed(),
            is_past=lives_its_past(),
            language=translation.get_language() or settings.LANGUAGE_CODE,
            path=request.get_full_path(),
        )
    }


def clock_file() -> Path | None:
    """The file that holds the town's clock; None where time is real."""
    named = os.environ.get(clock.CLOCK_FILE_VARIABLE)
    return Path(named) if named else None


def lives_its_past() -> bool:
    """Whether a new town's past is being stepped just now."""
    path = clock_file()
    return path is not None and path.with_suffix(".past").exists()


def clock_speed() -> int:
    """The speed of the clock by which the product acts."""
    path = clock_file()
    return clock.read_anchor(path).speed if path else 1

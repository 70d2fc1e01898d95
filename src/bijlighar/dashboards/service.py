"""Questions that screens ask; nothing here writes."""

from __future__ import annotations

from datetime import date, datetime

from bijlighar.dashboards.values import (
    ChargePicture,
    HomeChoice,
    HomePicture,
    Pulse,
    TownPicture,
)


def home(*, consumer_number: str, now: datetime) -> HomePicture:
    """Everything on one consumer's page.

    Raises connections.UnknownConsumer where the number is not known.
    """
    raise NotImplementedError


def charge_of(*, consumer_number: str, day: date) -> ChargePicture | None:
    """What one supply day cost, line by line; None while the day is open."""
    raise NotImplementedError


def town(*, now: datetime) -> TownPicture:
    """The whole town: every home's tile and the last things that happened."""
    raise NotImplementedError


def homes_to_pick(*, search: str = "") -> tuple[HomeChoice, ...]:
    """Homes by consumer number, for the demo's start page."""
    raise NotImplementedError


def pulse() -> Pulse:
    """How far each stream of facts has grown."""
    raise NotImplementedError


def changed_since(*, before: Pulse) -> frozenset[int]:
    """The connections that anything happened to since `before`."""
    raise NotImplementedError

"""A complaint's clock, its ladder, and what makes complaints one incident; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from bijlighar.complaints.diagnosis import NETWORK
from bijlighar.complaints.policy import ComplaintPolicy, Owed, Rung
from bijlighar.complaints.values import ComplaintClass, DarkCause, Place
from bijlighar.grid.values import Kind, Node
from bijlighar.kernel.errors import BijligharError

ONE_DAY = timedelta(days=1)
_OF_THE_NETWORK = NETWORK | {DarkCause.METER_SILENT, DarkCause.HOUSE}
_LEVELS = tuple(Kind)
_DECIMETRE = Decimal("0.000001")
_BOUNDS = (("latitude", 90), ("longitude", 180))


class WrongPlace(BijligharError):
    """A place is a latitude and a longitude in degrees, as a phone tells them."""


def place_of(*, latitude: str, longitude: str) -> Place:
    """The place that a phone told: WGS 84, degrees. Raises WrongPlace."""
    held = []
    for (name, most), text in zip(_BOUNDS, (latitude, longitude), strict=True):
        try:
            degrees = Decimal(text.strip()) if len(text) < 40 else Decimal("NaN")
        except InvalidOperation:
            degrees = Decimal("NaN")
        if not degrees.is_finite() or abs(degrees) > most:
            raise WrongPlace(f"The {name} is a number from -{most} to {most}.")
        held.append(degrees.quantize(_DECIMETRE))
    return Place(latitude=held[0], longitude=held[1])


def runs_out_at(*, starts_at: datetime, allowed: timedelta) -> datetime:
    """When the clock of a complaint that begins now runs out."""
    return starts_at + allowed


def resumed_due_at(*, due_at: datetime, stopped_at: datetime, now: datetime) -> datetime:
    """When the clock runs out after it stood: later by as long as it stood."""
    return due_at + (now - stopped_at)


def is_overdue(*, due_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Whether the clock has run out. `ended_at` is since when it stands: the end of a
    complaint, or the moment from which it waits for the consumer."""
    return due_at <= (ended_at or now)


def percent_run(*, due_at: datetime, allowed: timedelta, at: datetime) -> int:
    """How much of the clock has run, in whole percent; over 100 after it ran out."""
    left = due_at - at
    return (allowed - left) * 100 // allowed


def level_at(*, ladder: Sequence[Rung], percent: int) -> int:
    """Which rung a complaint has reached; rungs rise from 0 percent."""
    return max(
        (number for number, rung in enumerate(ladder) if rung.at_percent <= percent),
        default=0,
    )


def office_of(*, path: Sequence[Node], office: Kind) -> Node:
    """The office of a level over a place; where there is none, the next one above it.

    `path` leads from the discom down to the place.
    """
    wanted = _LEVELS.index(office)
    above = [node for node in path if _LEVELS.index(node.kind) <= wanted]
    return above[-1] if above else path[0]


def owed_days(*, owed: Owed | None, due_at: datetime, now: datetime) -> int:
    """For how many begun days after the clock ran out something is owed, by now.

    Never for more than the most that is owed at all.
    """
    if owed is None or now < due_at:
        return 0
    begun = (now - due_at) // ONE_DAY + 1
    return min(begun, -(-owed.most_paise // owed.paise_a_day))


def owed_paise(*, owed: Owed, day: int) -> int:
    """What is owed for one begun day, counted from 1: the last may be less."""
    before = (day - 1) * owed.paise_a_day
    return min(owed.paise_a_day, owed.most_paise - before)


def may_reopen(*, closed_at: datetime, policy: ComplaintPolicy, now: datetime) -> bool:
    """Whether a closed complaint may still be opened again."""
    return now <= closed_at + policy.reopen_within


def reports_outage(*, class_: ComplaintClass, cause: DarkCause | None) -> bool:
    """Whether a complaint says that a home is dark for no reason of its own."""
    if class_ is ComplaintClass.DARK_AFTER_RECHARGE:
        return cause in _OF_THE_NETWORK
    return class_ is ComplaintClass.NO_SUPPLY


def incident_at(
    *,
    transformer_id: int,
    feeder_id: int | None,
    reports: Mapping[int, int],
    policy: ComplaintPolicy,
) -> int | None:
    """On which node complaints are one incident; None where they are not.

    `reports` says how many homes below each transformer of the feeder have complained of
    darkness within the window. Enough transformers of one feeder make it the feeder's.
    """
    enough = policy.complaints_of_a_transformer
    dark = [node for node, homes in reports.items() if homes >= enough]
    if feeder_id is not None and len(dark) >= policy.transformers_of_a_feeder:
        return feeder_id
    return transformer_id if transformer_id in dark else None

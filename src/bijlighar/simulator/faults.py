"""What can be wrong with a pretend meter, on demand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bijlighar.kernel.errors import BijligharError


class FaultKind(StrEnum):
    """The ways in which a meter can misbehave; `Fault.amount` means what is said here."""

    SILENT = "silent"
    """Connections are closed at once, without a byte."""
    HANGING = "hanging"
    """Connections are accepted and requests swallowed."""
    SLOW = "slow"
    """Every answer comes `amount` milliseconds late."""
    WRONG_CLOCK = "wrong_clock"
    """The clock object shows `amount` seconds more than the time; setting it heals it.
    Rows keep their true stamps."""
    DROPPED = "dropped"
    """The connection breaks in the middle of its `amount`-th answer (1 is the first)."""
    ANSWER_LOST = "answer_lost"
    """The relay moves, but the connection breaks before the meter says so."""
    POWER_OFF = "power_off"
    """The mains are gone: the house uses nothing, and the meter answers nobody."""
    LOW_VOLTAGE = "low_voltage"
    """The mains bring no more than `amount` volts."""
    EARTH_LOADING = "earth_loading"
    """The current returns by the earth, past the neutral."""
    MAGNET = "magnet"
    """A magnet is held to the meter, which measures on all the same."""
    COVER_OPEN = "cover_open"
    """The cover is open; what the meter noted of it is never over."""


class UnknownFault(BijligharError):
    """There is no such fault, or its amount makes no sense."""


_AMOUNTS = {
    FaultKind.SLOW: range(1, 600_001),
    FaultKind.WRONG_CLOCK: range(-10 * 366 * 86_400, 10 * 366 * 86_400 + 1),
    FaultKind.DROPPED: range(1, 10_001),
    FaultKind.LOW_VOLTAGE: range(100, 181),
}
_ONLY_NOTHING = range(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of one meter; `is_once` means that it heals after it has struck."""

    kind: FaultKind
    amount: int = 0
    is_once: bool = False


def make_fault(*, kind: str, amount: int = 0, is_once: bool = False) -> Fault:
    """A fault from what was asked for; raises `UnknownFault` when it makes no sense."""
    try:
        known = FaultKind(kind)
    except ValueError:
        names = ", ".join(FaultKind)
        raise UnknownFault(f"There is no fault {kind}: the faults are {names}.") from None
    allowed = _AMOUNTS.get(known, _ONLY_NOTHING)
    if amount not in allowed:
        raise UnknownFault(
            f"The amount of {known} lies between {allowed[0]} and {allowed[-1]}."
        )
    return Fault(kind=known, amount=amount, is_once=is_once)

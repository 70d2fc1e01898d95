"""What moved wallets over a period, as the ledger and the charged days tell it.

A bill tells of what took effect by the end of its period and of which no bill before told:
what is recorded later, though it took effect earlier, belongs to the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from bijlighar.bills.rules import BOOKS_OF_CHARGES, MOVED_BY, PAYMENTS
from bijlighar.bills.values import Moved
from bijlighar.kernel.ist import day_starts
from bijlighar.kernel.sql import rows, statement

EARLIER_DAYS_BACK = 400
"""So many days before a period are looked through for what was charged anew; what changes
in still older ones moves the wallet as OTHER."""
_EVERYTHING = 2**63 - 1
_CLOCKS_APART = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The last entry and the last charged day there are; later ones are numbered higher."""

    entry_id: int
    charge_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """From when on a connection's movements are wanted, and which a bill knows already."""

    connection_id: int
    first: date
    ends: date | None
    """The end of the bill before; None for a first bill: all before `first` is known."""
    marks: Marks | None


@dataclass(slots=True, kw_only=True)
class Moves:
    """What moved one wallet. Charges are taken (+), all else is into the wallet (+)."""

    deducted_paise: int = 0
    true_up_paise: int = 0
    payments_paise: int = 0
    moved_paise: dict[Moved, int] = field(default_factory=dict)
    after_paise: int = 0
    """Into the wallet, with effect after the period."""

    def add(self, what: Moved, paise: int) -> None:
        """Count a movement in."""
        self.moved_paise[what] = self.moved_paise.get(what, 0) + paise


def marks_now() -> Marks:
    """Whoever holds the wallets' locks: what is yet to come for them is numbered higher."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce((select max(id) from ledger_entry), 0),"
            " coalesce((select max(id) from charges_daycharge), 0)"
        )
        entry_id, charge_id = cursor.fetchone()
    return Marks(entry_id=entry_id, charge_id=charge_id)


def moves_of(
    known: Sequence[Known], *, until: date, before_true_up: Marks
) -> dict[int, Moves]:
    """What moved these wallets by the end of a period; the wallets are locked."""
    found = {one.connection_id: Moves() for one in known}
    for row in _charges(known, until, before_true_up):
        moves = found[row["connection_id"]]
        moves.deducted_paise = row["deducted_paise"]
        moves.true_up_paise = row["true_up_paise"]
        moves.after_paise -= row["after_paise"]
        if row["earlier_paise"]:
            moves.add(Moved.EARLIER_DAYS, -row["earlier_paise"])
    for row in _others(known, day_starts(until)):
        moves, paise = found[row["connection_id"]], row["amount_paise"]
        if row["is_after"]:
            moves.after_paise += paise
        elif row["book"] == PAYMENTS:
            moves.payments_paise += paise
        else:
            what = MOVED_BY.get((row["book"], row["is_into"]), Moved.OTHER)
            moves.add(what, paise)
    return found


def _charges(
    known: Sequence[Known], until: date, before_true_up: Marks
) -> list[dict[str, Any]]:
    return _asked(
        "charges_moved",
        {
            "ids": [one.connection_id for one in known],
            "firsts": [one.first for one in known],
            "known_charge_ids": [
                one.marks.charge_id if one.marks else _EVERYTHING for one in known
            ],
            "until": until,
            "mark": before_true_up.charge_id,
            "back": EARLIER_DAYS_BACK,
        },
    )


def _others(known: Sequence[Known], ends: datetime) -> list[dict[str, Any]]:
    known_ends = [day_starts(one.ends or one.first) for one in known]
    return _asked(
        "wallets_moved",
        {
            "ids": [one.connection_id for one in known],
            "known_ends": known_ends,
            "known_entry_ids": [
                one.marks.entry_id if one.marks else _EVERYTHING for one in known
            ],
            "books_of_charges": [book.value for book in BOOKS_OF_CHARGES],
            "recorded_since": min(known_ends) - _CLOCKS_APART,
            "ends": ends,
        },
    )


def _asked(name: str, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.bills", name), told)
        return rows(cursor)

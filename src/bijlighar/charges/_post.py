"""Keep rated days and move their money: rows by binary COPY, one ledger entry a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from bijlighar.charges._rate import RatedDays
from bijlighar.charges.models import DayCharge
from bijlighar.charges.rules import BOOK_OF
from bijlighar.kernel.columns import Column, ColumnType, Constant, copy_columns
from bijlighar.kernel.ist import day_ends
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import BookOf, LockedWallets, RunEntry
from bijlighar.tariffs.values import Head, IntArray

_HAS_DEFAULT = frozenset(
    field.column for field in DayCharge._meta.local_fields if field.has_db_default()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """Rated days of one schedule as they are to be kept: which version, and what moves.

    `posted` is what moves in the ledger by head; for a first version the day's own heads.
    """

    rated: RatedDays
    version: IntArray
    posted: Mapping[Head, IntArray]
    posted_wh: IntArray

    @property
    def posted_paise(self) -> IntArray:
        """What moves in all."""
        nothing = np.zeros_like(self.posted_wh)
        return sum(self.posted.values(), nothing)

    def rows(self, rows: IntArray) -> Posting:
        """Some rows of it."""
        return Posting(
            rated=self.rated.rows(rows),
            version=self.version[rows],
            posted={head: paise[rows] for head, paise in self.posted.items()},
            posted_wh=self.posted_wh[rows],
        )


def first_versions(rated: RatedDays) -> Posting:
    """Days that were not charged before: all of each moves."""
    return Posting(
        rated=rated,
        version=np.zeros_like(rated.total_paise),
        posted=rated.heads,
        posted_wh=rated.columns["energy_wh"],
    )


def keep(
    *,
    postings: Sequence[Posting],
    day: date,
    because: str,
    reason: str,
    wallets: LockedWallets,
    now: datetime,
) -> None:
    """Keep the days and post what they move, in the caller's transaction, which holds the
    wallets locked."""
    there = [posting for posting in postings if len(posting.version)]
    if not there:
        return
    for posting in there:
        _copy(posting, because, now)
    _post(there, day, reason, wallets, now)


def _copy(posting: Posting, because: str, now: datetime) -> None:
    rated, columns, slices = posting.rated, posting.rated.columns, posting.rated.slices
    whole = {
        "connection_id": columns["connection_id"],
        "meter_id": columns["meter_id"],
        "energy_wh": columns["energy_wh"],
        "opening_register_wh": columns["opening_register_wh"],
        "closing_register_wh": columns["closing_register_wh"],
        "mtd_energy_wh": slices.energy_wh,
        "selecting_wh": slices.selecting_wh,
        "sanctioned_load_w": slices.sanctioned_load_w,
        "max_demand_w": slices.max_demand_w,
        "fppas_carried_micropaise": slices.fppas_carried_micropaise,
        **{f"mtd_{head.value}_paise": rated.mtd[head] for head in Head},
        "total_paise": rated.total_paise,
        "posted_paise": posting.posted_paise,
        "posted_wh": posting.posted_wh,
        "shock_paise": rated.shock_paise,
    }
    small = {
        "version": posting.version,
        "part_days": slices.slab_days,
        "mtd_days": slices.billed_days,
    }
    claims = {
        "is_estimated": columns["is_estimated"],
        "is_provisional": columns["is_provisional"],
        "demand_excused": slices.demand_excused,
        "is_prepaid": slices.is_prepaid,
    }
    with connection.cursor() as cursor:
        copy_columns(
            cursor.cursor,
            "charges_daycharge",
            _told(
                {
                    "day": Constant(of=ColumnType.DATE, value=rated.day),
                    "because": Constant(of=ColumnType.TEXT, value=because),
                    "charged_at": Constant(of=ColumnType.TIMESTAMPTZ, value=now),
                    "schedule_id": Constant(of=ColumnType.INT8, value=rated.schedule_id),
                    "fppas_basis_points": Column(
                        of=ColumnType.INT4, values=slices.fppas_basis_points
                    ),
                    "part_from": Column(
                        of=ColumnType.DATE, values=rated.part_from.astype("datetime64[D]")
                    ),
                    "mtd_windows_wh": Column(
                        of=ColumnType.INT8_ARRAY, values=slices.windows_wh
                    ),
                    **_columns(ColumnType.INT8, whole),
                    **_columns(ColumnType.INT2, small),
                    **_columns(
                        ColumnType.BOOL, {name: one == 1 for name, one in claims.items()}
                    ),
                }
            ),
        )


def _told(columns: Mapping[str, Column | Constant]) -> dict[str, Column | Constant]:
    """Without columns in which every row has what the table puts there by itself."""
    return {
        name: one
        for name, one in columns.items()
        if name not in _HAS_DEFAULT or isinstance(one, Constant) or one.values.any()
    }


def _columns(
    of: ColumnType, values: Mapping[str, npt.NDArray[Any]]
) -> dict[str, Column | Constant]:
    return {name: Column(of=of, values=one) for name, one in values.items()}


def _post(
    postings: Sequence[Posting],
    day: date,
    reason: str,
    wallets: LockedWallets,
    now: datetime,
) -> None:
    """One entry for all of a day: each wallet's sum, and each head's on the other side."""
    owners = np.concatenate([one.rated.columns["connection_id"] for one in postings])
    amounts = np.concatenate([-one.posted_paise for one in postings])
    books: dict[BookOf, int] = {}
    for one in postings:
        for head, paise in one.posted.items():
            book = BookOf(book=BOOK_OF[head], head=head.value)
            books[book] = books.get(book, 0) + int(paise.sum())
    moved = {book: paise for book, paise in books.items() if paise}
    if not amounts.any() and not moved:
        return
    order = np.argsort(owners, kind="stable")
    ledger.post_run(
        entry=RunEntry(
            reason=reason,
            source=f"{day}:{_run_number()}",
            effective_at=day_ends(day),
            owner_ids=owners[order],
            amounts_paise=amounts[order],
            books_paise=moved,
        ),
        now=now,
        locked=wallets,
    )


def _run_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select nextval('charges_run')")
        return int(cursor.fetchone()[0])

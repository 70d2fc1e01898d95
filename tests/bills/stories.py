"""Homes of the cast over charged months: what stories of bills begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection

from bijlighar.bills import service as bills
from bijlighar.bills.values import Bill, BillKind, Issued, Moved
from bijlighar.charges import service as charges
from bijlighar.connections.values import Home, PaymentMode
from bijlighar.kernel.ist import ONE_DAY, day_starts, next_month_starts
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import (
    Book,
    BookOf,
    NewEntry,
    NewTransfer,
    OwnedBook,
    Side,
    WalletOf,
)
from bijlighar.readings import service as readings
from tests.cast import connect, hear, new_connection

APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)


def morning(day: date) -> datetime:
    """Six o'clock, when bills are made."""
    return day_starts(day) + timedelta(hours=6)


def home_of(
    name: str, *, mode: PaymentMode = PaymentMode.PREPAID, opening_paise: int = 0, **changes
) -> Home:
    """One of the cast, taken in on 1 April."""
    new = new_connection(name, payment_mode=mode, **changes)
    return connect(name, new={name: new}, opening_paise=opening_paise)[0]


class Use:
    """What a home uses, day after day: its register goes on where it was."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.register_wh = home.initial_register_wh
        self.day = home.installed_on

    def days(self, energies_wh: Sequence[int], *, now: datetime | None = None) -> None:
        """Hear the registers of the next days and charge what can be charged."""
        registers = {}
        for energy_wh in energies_wh:
            self.register_wh += energy_wh
            registers[self.day] = self.register_wh
            self.day += ONE_DAY
        at = now or morning(self.day)
        hear(self.home, registers, now=at)
        closed = charges.close_days(connection_ids=[self.home.connection_id], now=at)
        assert not closed.rejected

    def until(self, day: date, *, each_wh: int = 5_000) -> None:
        """The same use every day up to a day."""
        self.days([each_wh] * (day - self.day).days)


def used(home: Home, until: date, *, each_wh: int = 5_000) -> Use:
    """A home that has used the same every day since it came."""
    use = Use(home)
    use.until(until, each_wh=each_wh)
    return use


def issue(
    *homes: Home,
    first: date = APRIL,
    until: date | None = None,
    now: datetime | None = None,
    kind: BillKind = BillKind.MONTHLY,
    even_if_open: bool = False,
) -> Issued:
    ends = until or next_month_starts(first)
    issued = bills.issue(
        connection_ids=[home.connection_id for home in homes],
        first=first,
        until=ends,
        kind=kind,
        even_if_open=even_if_open,
        now=now or morning(ends),
    )
    for bill in issued.bills:
        insist_on_sums(bill)
    assert ledger.wrong_wallets() == ()
    return issued


def bill(home: Home, **asked) -> Bill:
    """The one bill that issuing brings."""
    issued = issue(home, **asked)
    assert issued.rejected == ()
    (made,) = issued.bills
    return made


def insist_on_sums(made: Bill) -> None:
    """Everything that must add up, to the paisa."""
    lines = sum(line.amount_paise for line in made.lines)
    parts = sum(part.total_paise for part in made.parts)
    days_wh = sum(day.energy_wh for day in made.days)
    assert made.charges_paise == made.deducted_paise + made.true_up_paise == lines == parts
    assert made.charges_paise == sum(made.heads_paise.values())
    assert made.energy_wh == days_wh == sum(part.energy_wh for part in made.parts)
    assert made.balance_paise == (
        made.previous_paise
        + made.payments_paise
        - made.charges_paise
        + made.adjustments_paise
    )
    if not made.is_prepaid:
        owed = max(0, -made.balance_paise)
        assert made.payable_paise + made.rounding_paise == owed
        assert made.payable_paise % 100 == 0


def pay(home: Home, rupees: int, *, at: datetime, recorded: datetime | None = None) -> None:
    """Money that a gateway captured."""
    move(
        home,
        reason="recharge",
        other=BookOf(book=Book.GATEWAY, head="pretend"),
        paise=rupees * 100,
        at=at,
        recorded=recorded,
    )


def move(
    home: Home,
    *,
    reason: str,
    other: Side,
    paise: int,
    at: datetime,
    recorded: datetime | None = None,
) -> None:
    """Money into a wallet (+) or out of it (-)."""
    wallet = WalletOf(owner_id=home.connection_id)
    debit, credit = (other, wallet) if paise > 0 else (wallet, other)
    ledger.post(
        entries=[
            NewEntry(
                reason=reason,
                source=f"{home.connection_id} at {at} {paise}",
                effective_at=at,
                transfers=(
                    NewTransfer(
                        debit=debit, credit=credit, head=reason, amount_paise=abs(paise)
                    ),
                ),
            )
        ],
        now=recorded or at,
    )


def owned(home: Home, book: Book) -> OwnedBook:
    return OwnedBook(book=book, owner_id=home.connection_id)


def balance(home: Home) -> int:
    held = ledger.balances_of(owner_ids=[home.connection_id])
    return held[home.connection_id].balance_paise


def change_facts(
    home: Home, day: date, *, category="LMV-1.10B", load_w=2_000, mode="prepaid"
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into connections_connectionfact (connection_id, from_day, category,"
            " sanctioned_load_w, payment_mode, mode_since) values (%s, %s, %s, %s, %s, %s)",
            [home.connection_id, day, category, load_w, mode, day],
        )


def correct(home: Home, day: date, register_wh: int, *, now: datetime) -> None:
    """A person puts a register right; nothing is charged again yet."""
    readings.correct(
        meter_id=home.meter_id,
        day=day,
        register_wh=register_wh,
        why="read at the door",
        made_by="Dev",
        now=now,
    )


def adjusted(made: Bill, what: Moved) -> int:
    return sum(one.amount_paise for one in made.adjustments if one.what is what)

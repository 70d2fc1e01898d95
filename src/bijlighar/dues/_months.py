"""What is posted once a month: the price of paying late, interest on prepaid balances."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from django.db import connection, transaction

from bijlighar.connections import service as connections
from bijlighar.connections.values import PaymentMode
from bijlighar.dues.models import Interest, LateDays, MonthDone
from bijlighar.dues.rules import (
    Move,
    kept_days,
    late_lines,
    months_between,
    window_of,
)
from bijlighar.dues.values import (
    Billed,
    InterestCredit,
    LateCharge,
    LateLine,
    Monthly,
    MonthPosted,
)
from bijlighar.kernel.ist import (
    ONE_DAY,
    day_ends,
    day_starts,
    month_starts,
    next_month_starts,
    supply_day_of,
)
from bijlighar.kernel.sql import rows, statement
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import (
    Balance,
    Book,
    BookOf,
    NewEntry,
    NewTransfer,
    Side,
    WalletOf,
)
from bijlighar.tariffs.dues import balance_interest
from bijlighar.tariffs.orders import TariffGap, schedule_for
from bijlighar.tariffs.values import BalanceInterest, LatePayment, Schedule

Rule = TypeVar("Rule", LatePayment, BalanceInterest)

LATE_PAYMENT = "late payment"
"""The ledger's reason for what paying late cost in a month."""
INTEREST = "interest"
"""The ledger's reason for what a prepaid balance earned in a month."""

Moves = Mapping[int, Sequence[tuple[str, Move]]]
"""By connection: the reason of each entry and what it moved."""


def charge_late(billed: Sequence[Billed], month: date, now: datetime) -> MonthPosted:
    """As `service.charge_late` says."""
    bills: dict[int, list[Billed]] = {}
    for bill in billed:
        bills.setdefault(bill.connection_id, []).append(bill)
    ends = next_month_starts(month)
    assert month == month_starts(month), "a month is its first day"
    assert now >= day_starts(ends), "a month is charged when it has ended"
    with transaction.atomic():
        ledger.lock_balances(owner_ids=list(bills))
        todo = sorted(bills.keys() - _done(LateDays, bills, month))
        rules, rejected = _rules(todo, ends - ONE_DAY, lambda one: one.late_payment)
        since = min((day_starts(bill.until) for bill in billed), default=now)
        moves = _moves(list(rules), since)
        lines = {
            one: late_lines(
                rule,
                bills=bills[one],
                credits=[m for _, m in moves.get(one, ()) if m.amount_paise > 0],
                surcharges=[m for why, m in moves.get(one, ()) if why == LATE_PAYMENT],
                first=month,
                until=ends,
            )
            for one, rule in rules.items()
        }
        posted = _keep_late(
            {one: found for one, found in lines.items() if found}, month, now
        )
    return MonthPosted(posted=posted, rejected=rejected)


def credit_interest(
    connection_ids: Sequence[int], month: date, now: datetime
) -> MonthPosted:
    """As `service.credit_interest` says."""
    ends = next_month_starts(month)
    assert month == month_starts(month), "a month is its first day"
    assert now >= day_starts(ends), "a month earns interest when it has ended"
    with transaction.atomic():
        balances = ledger.lock_balances(owner_ids=connection_ids)
        todo = sorted(balances.keys() - _done(Interest, connection_ids, month))
        rules, rejected = _rules(todo, ends - ONE_DAY, lambda one: one.balance_interest)
        facts = connections.known_facts_on(connection_ids=list(rules), day=ends - ONE_DAY)
        firsts = {
            one: window_of(month, months=rule.months, since=facts[one].mode_since)
            for one, rule in rules.items()
            if facts[one].payment_mode is PaymentMode.PREPAID
        }
        moves = _moves(list(firsts), day_starts(min(firsts.values(), default=month)))
        earned = {
            one: _earned(rules[one], balances[one], moves.get(one, ()), first, month)
            for one, first in firsts.items()
        }
        posted = {one: paise for one, paise in earned.items() if paise > 0}
        _keep_interest(posted, rules, month, now)
    return MonthPosted(posted=posted, rejected=rejected)


def late_charges_of(connection_id: int) -> tuple[LateCharge, ...]:
    """As `service.late_charges_of` says."""
    lines: dict[date, list[LateLine]] = {}
    for row in LateDays.objects.filter(connection_id=connection_id).order_by(
        "month", "number"
    ):
        lines.setdefault(row.month, []).append(
            LateLine(
                due_on=row.due_on,
                first_day=row.first_day,
                days=row.days,
                dues_paise=row.dues_paise,
                share_per_month=str(row.share_per_month),
                amount_paise=row.amount_paise,
            )
        )
    return tuple(
        LateCharge(
            connection_id=connection_id,
            month=month,
            amount_paise=sum(one.amount_paise for one in found),
            lines=tuple(found),
        )
        for month, found in lines.items()
    )


def interest_of(connection_id: int) -> tuple[InterestCredit, ...]:
    """As `service.interest_of` says."""
    return tuple(
        InterestCredit(
            connection_id=connection_id,
            month=row.month,
            share_per_year=str(row.share_per_year),
            amount_paise=row.amount_paise,
        )
        for row in Interest.objects.filter(connection_id=connection_id).order_by("month")
    )


def months_due(what: Monthly, now: datetime) -> tuple[date, ...]:
    """As `service.months_due` says."""
    last = MonthDone.objects.filter(what=what.value).order_by("-month").first()
    return months_between(last.month if last else None, today=supply_day_of(now))


def month_done(what: Monthly, month: date, now: datetime) -> None:
    """As `service.month_done` says."""
    MonthDone.objects.get_or_create(what=what.value, month=month, defaults={"done_at": now})


def _done(
    table: type[LateDays] | type[Interest], connection_ids: Iterable[int], month: date
) -> set[int]:
    """Who has this month's entry already."""
    return set(
        table._default_manager.filter(connection_id__in=list(connection_ids), month=month)
        .order_by()
        .values_list("connection_id", flat=True)
    )


def _rules(
    connection_ids: Sequence[int], day: date, rule_of: Callable[[Schedule], Rule | None]
) -> tuple[dict[int, Rule], dict[int, str]]:
    """The rule of the order in force for each connection on a day, where there is one; and
    those of whom no order says anything."""
    found: dict[int, Rule] = {}
    rejected: dict[int, str] = {}
    facts = connections.known_facts_on(connection_ids=connection_ids, day=day)
    for one in connection_ids:
        held = facts.get(one)
        if held is None:
            rejected[one] = f"no category and load are known on {day}"
            continue
        try:
            schedule = schedule_for(held.category, day, load_w=held.sanctioned_load_w)
        except TariffGap as gap:
            rejected[one] = str(gap)
            continue
        rule = rule_of(schedule)
        if rule is not None:
            found[one] = rule
    return found, rejected


def _moves(connection_ids: Sequence[int], since: datetime) -> Moves:
    """What moved in wallets that was true, or was recorded, after an instant."""
    found: dict[int, list[tuple[str, Move]]] = {}
    if not connection_ids:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.dues", "wallet_moves"),
            {"ids": list(connection_ids), "since": since},
        )
        for row in rows(cursor):
            move = Move(
                effective_at=row["effective_at"],
                recorded_at=row["recorded_at"],
                amount_paise=row["amount_paise"],
            )
            found.setdefault(row["owner_id"], []).append((row["reason"], move))
    return found


def _keep_late(
    late: Mapping[int, Sequence[LateLine]], month: date, now: datetime
) -> dict[int, int]:
    """Keep the lines and post their sums; a month's days are then counted for ever."""
    LateDays.objects.bulk_create(
        [
            LateDays(
                connection_id=one,
                month=month,
                number=number,
                due_on=line.due_on,
                first_day=line.first_day,
                days=line.days,
                dues_paise=line.dues_paise,
                share_per_month=line.share_per_month,
                amount_paise=line.amount_paise,
                posted_at=now,
            )
            for one, lines in late.items()
            for number, line in enumerate(lines, start=1)
        ]
    )
    sums = {one: sum(line.amount_paise for line in lines) for one, lines in late.items()}
    posted = {one: paise for one, paise in sums.items() if paise}
    book = BookOf(book=Book.SURCHARGE, head="late_payment")
    ledger.post(
        entries=[
            _entry(LATE_PAYMENT, one, month, WalletOf(owner_id=one), book, paise)
            for one, paise in posted.items()
        ],
        now=now,
    )
    return posted


def _earned(
    rule: BalanceInterest,
    balance: Balance,
    moves: Sequence[tuple[str, Move]],
    first: date,
    month: date,
) -> int:
    """What a month adds to what the days before it have earned.

    Days before the month count where it is this month that made them last long enough:
    those that lasted long enough without it were paid then. The window is just as long as
    the order asks, so that it tells the one from the other.
    """
    began = day_starts(first)
    ends = next_month_starts(month)
    kept = kept_days(
        balance_paise=balance.balance_paise,
        moves=[move for _, move in moves if move.effective_at >= began],
        first=first,
        until=ends,
    )
    before = kept[: max((month - first).days, 0)]
    return balance_interest(rule, kept=kept) - balance_interest(rule, kept=before)


def _keep_interest(
    posted: Mapping[int, int],
    rules: Mapping[int, BalanceInterest],
    month: date,
    now: datetime,
) -> None:
    Interest.objects.bulk_create(
        [
            Interest(
                connection_id=one,
                month=month,
                share_per_year=rules[one].share_per_year,
                amount_paise=paise,
                posted_at=now,
            )
            for one, paise in posted.items()
        ]
    )
    book = BookOf(book=Book.INTEREST, head="balance")
    ledger.post(
        entries=[
            _entry(INTEREST, one, month, book, WalletOf(owner_id=one), paise)
            for one, paise in posted.items()
        ],
        now=now,
    )


def _entry(
    reason: str, owner_id: int, month: date, debit: Side, credit: Side, paise: int
) -> NewEntry:
    """Effective at the end of the month that it is for."""
    return NewEntry(
        reason=reason,
        source=f"{owner_id}:{month:%Y-%m}",
        effective_at=day_ends(next_month_starts(month) - ONE_DAY),
        transfers=(
            NewTransfer(debit=debit, credit=credit, head=reason, amount_paise=paise),
        ),
    )

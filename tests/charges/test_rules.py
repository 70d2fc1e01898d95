"""Which part of a month a day lies in, and whose money each head is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bijlighar.charges.rules import BOOK_OF, Part, entry_of_day, part_of_month
from bijlighar.ledger.values import Book, BookOf, NewTransfer, WalletOf
from bijlighar.tariffs.orders import fppas_on, schedule_for
from bijlighar.tariffs.values import Head

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
ASHA = WalletOf(owner_id=11)
ALWAYS = date.min


def part(
    day: date,
    *,
    order: tuple[date, date | None] = (date(2024, 10, 1), None),
    facts_from: date = ALWAYS,
    fppas: tuple[date | None, date | None] = (None, None),
) -> Part:
    schedule = schedule_for("LMV-1.10B", day)
    value = fppas_on(schedule, day)
    return part_of_month(
        day=day,
        schedule=replace(schedule, in_force_from=order[0], in_force_until=order[1]),
        facts_from=facts_from,
        fppas=replace(value, starts=fppas[0], ends=fppas[1]),
    )


APRIL_15 = date(2026, 4, 15)


@pytest.mark.parametrize(
    ("why", "day", "known", "starts", "days"),
    [
        ("a month is one part", APRIL_15, {}, date(2026, 4, 1), 30),
        ("its first day too", date(2026, 4, 1), {}, date(2026, 4, 1), 30),
        ("its last day too", date(2026, 4, 30), {}, date(2026, 4, 1), 30),
        ("February", date(2028, 2, 29), {}, date(2028, 2, 1), 29),
        ("December", date(2026, 12, 31), {}, date(2026, 12, 1), 31),
        (
            "an order that begins",
            APRIL_15,
            {"order": (APRIL_15, None)},
            APRIL_15,
            16,
        ),
        (
            "an order that ends",
            date(2026, 4, 14),
            {"order": (date(2024, 10, 1), APRIL_15)},
            date(2026, 4, 1),
            14,
        ),
        (
            "facts that changed",
            APRIL_15,
            {"facts_from": date(2026, 4, 11)},
            date(2026, 4, 11),
            20,
        ),
        (
            "facts of an earlier month",
            APRIL_15,
            {"facts_from": date(2026, 3, 11)},
            date(2026, 4, 1),
            30,
        ),
        (
            "a percentage of these days",
            APRIL_15,
            {"fppas": (date(2026, 4, 10), date(2026, 4, 20))},
            date(2026, 4, 10),
            10,
        ),
        (
            "all at once: the narrowest",
            APRIL_15,
            {
                "order": (date(2026, 4, 5), date(2026, 4, 28)),
                "facts_from": date(2026, 4, 12),
                "fppas": (date(2026, 4, 10), date(2026, 4, 20)),
            },
            date(2026, 4, 12),
            8,
        ),
    ],
)
def test_a_day_lies_in_the_part_of_its_month_in_which_nothing_changes(
    why, day, known, starts, days
):
    assert part(day, **known) == Part(starts=starts, days=days), why


def test_the_parts_of_a_month_add_up_to_it():
    order_change = APRIL_15
    before = part(date(2026, 4, 3), order=(date(2024, 10, 1), order_change))
    after = part(date(2026, 4, 20), order=(order_change, None))
    assert before.days + after.days == 30


def entry(**heads: int):
    return entry_of_day(
        connection_id=11,
        source="11:2026-04-06",
        effective_at=NOW,
        heads_paise={Head(name): amount for name, amount in heads.items()},
    )


def moved(debit: object, credit: object, head: str, amount_paise: int) -> NewTransfer:
    return NewTransfer(debit=debit, credit=credit, head=head, amount_paise=amount_paise)


def test_charges_leave_the_wallet_and_reliefs_come_back_each_to_its_own_book():
    posted = entry(energy=2_055, fixed=550, subsidy=-405, fppas=27, duty=111, rebate=-45)
    revenue = [BookOf(book=Book.REVENUE, head=h) for h in ("energy", "fixed", "fppas")]
    subsidy = BookOf(book=Book.SUBSIDY, head="subsidy")
    duty, rebate = (
        BookOf(book=Book.DUTY, head="duty"),
        BookOf(book=Book.REBATE, head="rebate"),
    )
    assert (posted.reason, posted.source, posted.effective_at) == (
        "charge",
        "11:2026-04-06",
        NOW,
    )
    assert posted.transfers == (
        moved(ASHA, revenue[0], "energy", 2_055),
        moved(ASHA, revenue[1], "fixed", 550),
        moved(subsidy, ASHA, "subsidy", 405),
        moved(ASHA, revenue[2], "fppas", 27),
        moved(ASHA, duty, "duty", 111),
        moved(rebate, ASHA, "rebate", 45),
    )


@pytest.mark.parametrize("head", list(Head))
@pytest.mark.parametrize("amount_paise", [1, -1, 10**9, -(10**9)])
def test_any_head_may_go_either_way(head, amount_paise):
    """A negative FPPAS, or a correction that makes a day cheaper, comes back."""
    (one,) = entry(**{head.value: amount_paise}).transfers
    book = BookOf(book=BOOK_OF[head], head=head.value)
    debit, credit = (ASHA, book) if amount_paise > 0 else (book, ASHA)
    assert one == moved(debit, credit, head.value, abs(amount_paise))


def test_a_head_of_nothing_is_no_transfer_and_a_day_of_nothing_no_entry():
    assert len(entry(energy=5, duty=0).transfers) == 1
    assert entry(energy=0, fixed=0, duty=0) is None
    assert entry() is None


def test_every_head_has_a_book():
    assert BOOK_OF.keys() == set(Head)

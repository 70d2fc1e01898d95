"""What the desk shows, in which order, and how briefly it tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bijlighar.dashboards.values import (
    BothLanguages,
    Happening,
    HappeningKind,
    HomeTile,
    SupplyShown,
)
from bijlighar.web.desk.arrange import Show, Sort, arrange, silent_homes
from bijlighar.web.desk.feed import LINES, feed_lines

NOW = datetime(2026, 4, 3, 15, 0, tzinfo=UTC)
NAMES = {1: ("Asha", "आशा"), 2: ("Balram", "बलराम"), 3: ("Chanda", "चंदा"), 4: ("Dev", "देव")}


def tile(number, *, shown=SupplyShown.ON, balance=100, heard=1, silent=False, open_days=0):
    return HomeTile(
        connection_id=number,
        consumer_number=f"70{number}",
        name=BothLanguages(en=NAMES[number][0], hi=NAMES[number][1]),
        shown=shown,
        command_failed=False,
        balance_paise=balance,
        last_recharge_paise=None,
        last_heard_at=None if heard is None else NOW - timedelta(hours=heard),
        is_silent=silent,
        open_days=open_days,
        since=NOW - timedelta(days=number),
    )


TOWN = (
    tile(4, shown=SupplyShown.DISCONNECTING, balance=-5, heard=3),
    tile(3, balance=0, heard=None, silent=True, open_days=2),
    tile(2, shown=SupplyShown.OFF, balance=-900, heard=2, silent=True, open_days=5),
    tile(1, shown=SupplyShown.RECONNECTING, balance=40, heard=1),
)


def shown(**wanted) -> list[int]:
    usual = {"show": Show.ALL, "sort": Sort.NAME, "search": "", "language": "en"}
    return [tile.connection_id for tile in arrange(TOWN, **{**usual, **wanted})]


@pytest.mark.parametrize(
    ("show", "homes"),
    [
        (Show.ALL, [1, 2, 3, 4]),
        (Show.LIT, [3, 4]),
        (Show.DARK, [1, 2]),
        (Show.SILENT, [2, 3]),
        (Show.BELOW_ZERO, [2, 4]),
    ],
)
def test_each_filter_shows_its_homes(show, homes):
    assert shown(show=show) == homes


@pytest.mark.parametrize(
    ("sort", "homes"),
    [
        (Sort.BALANCE, [2, 4, 3, 1]),
        (Sort.LAST_HEARD, [3, 4, 2, 1]),
        (Sort.CHANGED, [1, 2, 3, 4]),
    ],
)
def test_each_order_puts_first_what_matters(sort, homes):
    assert shown(sort=sort) == homes


@pytest.mark.parametrize(
    ("search", "homes"), [("bal", [2]), ("आश", [1]), ("704", [4]), ("x", [])]
)
def test_names_are_found_in_both_scripts_and_by_number(search, homes):
    assert shown(search=search) == homes


def test_the_longest_silence_comes_first():
    assert [tile.connection_id for tile in silent_homes(TOWN)] == [2, 3]


def happening(kind, number, paise=None):
    return Happening(
        at=NOW,
        kind=kind,
        connection_id=number,
        consumer_number=f"70{number}",
        name=BothLanguages(en=NAMES[number][0], hi=NAMES[number][1]),
        amount_paise=paise,
        detail="",
    )


def test_a_nights_deductions_are_one_line():
    """One row may already sum up many homes; rows that follow each other are added."""
    charged = [
        replace(happening(HappeningKind.CHARGED, 1, 100), detail="41"),
        replace(happening(HappeningKind.CHARGED, 2, 400), detail="2"),
    ]
    recharged = happening(HappeningKind.RECHARGED, 3, 50000)
    lines = feed_lines([recharged, *charged, recharged])
    assert [(line.homes, line.amount_paise) for line in lines] == [
        (1, 50000),
        (43, 500),
        (1, 50000),
    ]


def test_the_feed_has_an_end():
    assert len(feed_lines([happening(HappeningKind.RECONNECTED, 1)] * 99)) == LINES

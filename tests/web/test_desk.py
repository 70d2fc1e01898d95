"""What the desk tells, and how briefly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bijlighar.dashboards.values import BothLanguages, Happening, HappeningKind
from bijlighar.web.desk.feed import LINES, feed_lines

NOW = datetime(2026, 4, 3, 15, 0, tzinfo=UTC)
NAMES = {1: ("Asha", "आशा"), 2: ("Balram", "बलराम"), 3: ("Chanda", "चंदा"), 4: ("Dev", "देव")}


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

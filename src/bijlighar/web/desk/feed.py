"""The running feed, told briefly: a night's deductions are one line, not one per home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bijlighar.dashboards.values import Happening, HappeningKind

LINES = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """One line: a happening, or deductions of several homes in a row as a sum."""

    happening: Happening
    homes: int
    amount_paise: int


def feed_lines(feed: Sequence[Happening]) -> tuple[FeedLine, ...]:
    """The newest lines, newest first."""
    lines: list[FeedLine] = []
    for is_charge, held in groupby(feed, key=lambda one: one.kind is HappeningKind.CHARGED):
        run = list(held)
        lines += [_sum(run)] if is_charge else [_sum([one]) for one in run]
    return tuple(lines[:LINES])


def _sum(run: Sequence[Happening]) -> FeedLine:
    return FeedLine(
        happening=run[0],
        homes=sum(_homes(one) for one in run),
        amount_paise=sum(one.amount_paise or 0 for one in run),
    )


def _homes(happening: Happening) -> int:
    """How many homes a line speaks of: a deduction says so itself."""
    is_sum = happening.kind is HappeningKind.CHARGED and happening.detail.isdigit()
    return int(happening.detail) if is_sum else 1

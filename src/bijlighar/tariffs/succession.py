"""Orders laid beside each other: none on one day with another, and no day between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bijlighar.kernel.strict_yaml import FileError
from bijlighar.tariffs.values import Order


def check_together(orders: Sequence[Order]) -> None:
    """Refuse two orders that are in force for one category on one day."""
    seen: list[Order] = []
    for order in sorted(orders, key=lambda order: order.in_force_from):
        for other in seen:
            shared = sorted(categories_of(order) & categories_of(other))
            if shared and _overlap(order, other):
                reason = f"{shared[0]} has another order in force on this day: {other.file}"
                raise FileError(file=order.file, line=order.line, reason=reason)
        seen.append(order)


def check_gaps(orders: Sequence[Order]) -> None:
    """Refuse days between two orders of a category on which no order is in force."""
    for gap in gaps_in(orders):
        raise gap.error


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Two orders that leave days between them out, and what the later is refused with."""

    before: Order
    after: Order
    error: FileError


def gaps_in(orders: Sequence[Order]) -> Iterator[Gap]:
    """Where an order of a category ends before the next one of its state begins.

    An order may say in `after_a_gap` why no order is known for the days before it. One that
    ends and that none follows leaves nothing out: it is in force until the day it names.
    """
    told: set[tuple[str, str]] = set()
    rising = sorted(orders, key=lambda order: order.in_force_from)
    for state, category in sorted({(o.state, c) for o in orders for c in categories_of(o)}):
        held = [o for o in rising if o.state == state and category in categories_of(o)]
        for before, after in pairwise(held):
            ends, pair = before.in_force_until, (before.sha256, after.sha256)
            if ends is None or ends >= after.in_force_from or after.after_a_gap:
                continue
            if pair not in told:
                told.add(pair)
                reason = (
                    f"no order of {category} is in force from {ends} on, when {before.file}"
                    " ends: end that later, or say why in `after_a_gap`"
                )
                error = FileError(file=after.file, line=after.line, reason=reason)
                yield Gap(before=before, after=after, error=error)


def categories_of(order: Order) -> set[str]:
    """The categories that an order has schedules for."""
    return {schedule.category for schedule in order.schedules}


def _overlap(order: Order, other: Order) -> bool:
    first, second = sorted((order, other), key=lambda one: one.in_force_from)
    return first.in_force_until is None or second.in_force_from < first.in_force_until

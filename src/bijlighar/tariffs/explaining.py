"""Explaining: the lines of a charge, in words that anybody can follow.

The lines are cut from the same exact amounts that rating rounds. Each line gets the step
that it adds to the rounded month-to-date total of its head, so lines sum to the charge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bijlighar.kernel.money import Paise, divide_half_up
from bijlighar.tariffs.exact import MICROPAISE_PER_PAISA
from bijlighar.tariffs.explaining_charges import (
    energy_pieces,
    minimum_pieces,
    time_of_day_pieces,
)
from bijlighar.tariffs.explaining_fixed import excess_demand_pieces, fixed_pieces
from bijlighar.tariffs.explaining_pieces import Between, Piece, one
from bijlighar.tariffs.explaining_schemes import scheme_pieces, subsidy_pieces
from bijlighar.tariffs.explaining_shares import duty_pieces, fppas_pieces, rebate_pieces
from bijlighar.tariffs.rating import check
from bijlighar.tariffs.values import Head, Line, Schedule, Slices

_PIECES: dict[Head, Callable[[Between], Iterator[Piece]]] = {
    Head.ENERGY: energy_pieces,
    Head.TIME_OF_DAY: time_of_day_pieces,
    Head.FIXED: fixed_pieces,
    Head.EXCESS_DEMAND: excess_demand_pieces,
    Head.SUBSIDY: subsidy_pieces,
    Head.SCHEME: scheme_pieces,
    Head.FPPAS: fppas_pieces,
    Head.DUTY: duty_pieces,
    Head.REBATE: rebate_pieces,
    Head.MINIMUM: minimum_pieces,
}


def explain(schedule: Schedule, before: Slices, after: Slices) -> list[Line]:
    """The lines of the charge that lies between two months so far of one connection.

    Each `Slices` has one row, and both lie in the same month. With nothing used and no day
    billed in `before`, the whole month is explained. Raises SliceRefused as rating does.
    """
    for slices in (before, after):
        check(schedule, slices)
        assert len(slices.energy_wh) == 1, "one row is explained at a time"
    same_month = before.days_in_month[0] == after.days_in_month[0]
    assert same_month, "one month is explained at a time"
    between = Between.of(schedule, before, after)
    lines: list[Line] = []
    for head, pieces in _PIECES.items():
        if head in between.now.heads:
            lines += _lines(head, between, pieces(between))
    return lines


def _lines(head: Head, between: Between, pieces: Iterator[Piece]) -> Iterator[Line]:
    """Give each piece the step that it adds to the rounded total so far."""
    step = between.schedule.rounding.line_paise
    so_far = one(between.was.heads[head])
    for piece in pieces:
        amount = _paise(so_far + piece.micropaise, step) - _paise(so_far, step)
        so_far += piece.micropaise
        if piece.micropaise:
            yield Line(
                head=head,
                reason=piece.reason,
                quantity=piece.quantity,
                unit=piece.unit,
                rate=piece.rate,
                amount_paise=Paise(amount),
                parameters=piece.parameters,
                source=piece.source,
                funded_by=piece.funded_by,
            )
    assert so_far == one(between.now.heads[head]), "the pieces of a head are the whole head"


def _paise(micropaise: int, step_paise: int) -> int:
    return divide_half_up(micropaise, step_paise * MICROPAISE_PER_PAISA) * step_paise

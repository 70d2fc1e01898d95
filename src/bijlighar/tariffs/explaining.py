"""Explaining: the lines of one day's charge, in words that anybody can follow.

The lines are cut from the same exact amounts that rating rounds. Each line gets the step
that it adds to the rounded month-to-date total of its head, so lines sum to the charge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from bijlighar.kernel.energy import WH_PER_KWH
from bijlighar.kernel.money import (
    MICRORUPEES_PER_PAISA,
    Paise,
    divide_half_up,
    format_rupees,
)
from bijlighar.tariffs.exact import Exact
from bijlighar.tariffs.rating import (
    BASIS_POINTS,
    MICRORUPEES_PER_RUPEE,
    W_PER_KW,
    billable_load,
    check,
    exact_heads,
    slab_energy,
)
from bijlighar.tariffs.values import (
    Head,
    Line,
    Reason,
    Schedule,
    Share,
    Slab,
    Slices,
    Unit,
    When,
)


def explain(schedule: Schedule, before: Slices, after: Slices) -> list[Line]:
    """The lines of the charge that lies between two months so far of one connection.

    Each `Slices` has one row. Both lie in the same month, part of the month and payment
    mode: a change of these starts a new slice. Raises SliceRefused as rating does.
    """
    month = _Month.between(schedule, before, after)
    lines: list[Line] = []
    for head, pieces in (
        (Head.ENERGY, _energy_pieces(month, head=Head.ENERGY)),
        (Head.FIXED, _fixed_pieces(month)),
        (Head.SUBSIDY, _energy_pieces(month, head=Head.SUBSIDY)),
        (Head.FPPAS, _fppas_pieces(month)),
        (Head.DUTY, _share_pieces(month, schedule.duty, Reason.DUTY)),
        (Head.REBATE, _share_pieces(month, schedule.rebate, Reason.REBATE)),
    ):
        lines += _lines(head, month.before[head], month.after[head], pieces)
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One line before its amount is rounded, in exact micro-rupees."""

    reason: Reason
    microrupees: Fraction
    quantity: int
    unit: Unit
    rate: str
    parameters: dict[str, str]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    """Both months so far, with the exact amount of every head in micro-rupees."""

    schedule: Schedule
    was: Slices
    now: Slices
    before: dict[Head, Fraction]
    after: dict[Head, Fraction]

    @classmethod
    def between(cls, schedule: Schedule, was: Slices, now: Slices) -> _Month:
        """Rate both rows exactly."""
        for slices in (was, now):
            check(slices)
            assert len(slices.energy_wh) == 1, "one row is explained at a time"
        for name in ("days_in_month", "slab_days", "is_prepaid"):
            same = getattr(was, name)[0] == getattr(now, name)[0]
            assert same, f"a change of {name} starts a new slice"
        return cls(
            schedule=schedule,
            was=was,
            now=now,
            before=_fractions(exact_heads(schedule, was)),
            after=_fractions(exact_heads(schedule, now)),
        )

    def grown(self, heads: Sequence[Head]) -> Fraction:
        """By how much the sum of these heads has grown."""
        return sum((self.after[head] - self.before[head] for head in heads), Fraction(0))


def _energy_pieces(month: _Month, *, head: Head) -> Iterator[_Piece]:
    is_energy = head is Head.ENERGY
    slabs = month.schedule.energy if is_energy else month.schedule.subsidy
    days = int(month.now.days_in_month[0])
    was, now = (_slab_wh(slabs, slices, days) for slices in (month.was, month.now))
    quantities = [b - a for a, b in zip(_whole_wh(was), _whole_wh(now), strict=True)]
    for slab, slab_was, slab_now, quantity in zip(slabs, was, now, quantities, strict=True):
        grown = slab_now - slab_was
        per_wh = Fraction(slab.rupees_per_kwh) * MICRORUPEES_PER_RUPEE / WH_PER_KWH
        above = Fraction(slab.above_wh * int(month.now.slab_days[0]), days * WH_PER_KWH)
        yield _Piece(
            reason=_energy_reason(slab, grown, head),
            microrupees=grown * per_wh * (1 if is_energy else -1),
            quantity=quantity,
            unit=Unit.WH,
            rate=str(slab.rupees_per_kwh),
            parameters={
                "units": _plain(Fraction(abs(quantity), WH_PER_KWH)),
                "rate": str(slab.rupees_per_kwh),
                "above": _plain(Fraction(_half_up(above * WH_PER_KWH), WH_PER_KWH)),
            },
            source=slab.source,
        )


def _slab_wh(slabs: tuple[Slab, ...], slices: Slices, days: int) -> list[Fraction]:
    return [Fraction(int(energy[0]), days) for energy in slab_energy(slabs, slices)]


def _whole_wh(parts: list[Fraction]) -> list[int]:
    """Whole Wh for each part, so that they add up to the whole of all."""
    ends = [_half_up(end) for end in accumulate(parts)]
    return [end - start for start, end in pairwise([0, *ends])]


def _energy_reason(slab: Slab, grown: Fraction, head: Head) -> Reason:
    suffix = "_corrected" if grown < 0 else "_above" if slab.above_wh else ""
    return Reason(f"{head.value}{suffix}")


def _fixed_pieces(month: _Month) -> Iterator[_Piece]:
    load_was, load_now = (_load_w(month.schedule, one) for one in (month.was, month.now))
    days_was, days_now = int(month.was.billed_days[0]), int(month.now.billed_days[0])
    rule, days_in_month = month.schedule.fixed, int(month.now.days_in_month[0])
    per_w_day = Fraction(rule.rupees_per_kw_month) * MICRORUPEES_PER_RUPEE
    per_w_day /= W_PER_KW * days_in_month
    for reason, load, days in (
        (Reason.FIXED_LOAD_CHANGED, load_now - load_was, days_was),
        (Reason.FIXED, load_now, days_now - days_was),
    ):
        yield _Piece(
            reason=reason,
            microrupees=load * days * per_w_day,
            quantity=days,
            unit=Unit.DAYS,
            rate=str(rule.rupees_per_kw_month),
            parameters={
                "days": str(days),
                "days_in_month": str(days_in_month),
                "load_kw": _plain(load_now / W_PER_KW),
                "load_before_kw": _plain(load_was / W_PER_KW),
                "rate": str(rule.rupees_per_kw_month),
            },
            source=rule.source,
        )


def _load_w(schedule: Schedule, slices: Slices) -> Fraction:
    load, per = billable_load(schedule, slices)
    return Fraction(int(load[0]), per)


def _fppas_pieces(month: _Month) -> Iterator[_Piece]:
    rule = month.schedule.fppas
    was, now = (int(one.fppas_basis_points[0]) for one in (month.was, month.now))
    base_was = sum((month.before[head] for head in rule.of), Fraction(0))
    carried = int(month.now.fppas_carried_microrupees[0])
    carried -= int(month.was.fppas_carried_microrupees[0])
    percent, percent_was = _plain(Fraction(now, 100)), _plain(Fraction(was, 100))
    for reason, base, microrupees in (
        (Reason.FPPAS_REVISED, base_was, base_was * (now - was) / BASIS_POINTS),
        (Reason.FPPAS, month.grown(rule.of), month.grown(rule.of) * now / BASIS_POINTS),
        (Reason.FPPAS_CARRIED, Fraction(0), Fraction(carried)),
    ):
        yield _Piece(
            reason=reason,
            microrupees=microrupees,
            quantity=0,
            unit=Unit.NOTHING,
            rate=percent,
            parameters={"rate": percent, "rate_before": percent_was, "base": _rupees(base)},
            source=rule.source,
        )


def _share_pieces(month: _Month, rule: Share, reason: Reason) -> Iterator[_Piece]:
    sign = -1 if reason is Reason.REBATE else 1
    if rule.when is When.PREPAID and not month.now.is_prepaid[0]:
        return
    grown, percent = month.grown(rule.of), _plain(Fraction(rule.share) * 100)
    yield _Piece(
        reason=reason,
        microrupees=grown * Fraction(rule.share) * sign,
        quantity=0,
        unit=Unit.NOTHING,
        rate=percent,
        parameters={"rate": percent, "base": _rupees(grown)},
        source=rule.source,
    )


def _lines(
    head: Head, was: Fraction, now: Fraction, pieces: Iterator[_Piece]
) -> Iterator[Line]:
    """Give each piece the step that it adds to the rounded total so far."""
    so_far = was
    for piece in pieces:
        amount = _paise(so_far + piece.microrupees) - _paise(so_far)
        so_far += piece.microrupees
        if piece.microrupees or amount:
            yield Line(
                head=head,
                reason=piece.reason,
                quantity=piece.quantity,
                unit=piece.unit,
                rate=piece.rate,
                amount_paise=Paise(amount),
                parameters=piece.parameters,
                source=piece.source,
            )
    assert so_far == now, "the pieces of a head are the whole head"


def _fractions(heads: dict[Head, Exact]) -> dict[Head, Fraction]:
    return {head: _fraction(amount) for head, amount in heads.items()}


def _fraction(amount: Exact) -> Fraction:
    over = int(amount.days[0]) * amount.scale
    return int(amount.whole[0]) + Fraction(int(amount.part[0]), over)


def _half_up(number: Fraction) -> int:
    return divide_half_up(number.numerator, number.denominator)


def _paise(microrupees: Fraction) -> int:
    return _half_up(microrupees / MICRORUPEES_PER_PAISA)


def _rupees(microrupees: Fraction) -> str:
    return format_rupees(_paise(microrupees))


def _plain(number: Fraction) -> str:
    """A decimal without trailing zeros, to five places: `3`, `6.2`, `0.75`."""
    digits = Decimal(_half_up(number * 10**5)).scaleb(-5)
    return f"{digits:f}".rstrip("0").rstrip(".")

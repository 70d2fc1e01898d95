"""Pricing: what a use would cost, with its lines and with what is doubtful about it.

One question or a hundred thousand go the same way: each finds its schedule, those that
share one are rated together, and every answer says which order and sources it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

import numpy as np

from bijlighar.kernel.ist import ONE_DAY
from bijlighar.kernel.money import PAISE_PER_RUPEE, divide_half_up
from bijlighar.tariffs.asking import Question, QuestionRefused
from bijlighar.tariffs.doubts import Warned, warnings_of
from bijlighar.tariffs.orders import (
    TariffGap,
    catalogue,
    categories_of,
    fits_load,
    fppas_on,
    schedules_for,
)
from bijlighar.tariffs.rating import rate
from bijlighar.tariffs.values import (
    FppasValue,
    Head,
    IntArray,
    Line,
    Measured,
    Order,
    Per,
    Schedule,
    Slices,
)

NET_ENERGY = (Head.ENERGY, Head.SUBSIDY, Head.SCHEME)
_ANY_LOAD_W = 1000
"""Stands for a load that neither chooses the schedule nor is charged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The answer: paise by head, in all and as billed, and what it rests on.

    `lines` add up to `total_paise`; they are empty where only totals were asked for.
    """

    question: Question
    schedule: Schedule
    order: Order
    fppas_basis_points: int
    paise: Mapping[Head, int]
    total_paise: int
    bill_paise: int
    lines: tuple[Line, ...]
    warnings: tuple[Warned, ...]

    @property
    def net_energy_paise(self) -> int:
        """Energy as bills of a subsidised category print it: less subsidy and scheme."""
        return sum(self.paise[head] for head in NET_ENERGY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a question is priced by."""

    question: Question
    order: Order
    schedule: Schedule
    fppas: FppasValue | None
    """None where the question brought its own percentage."""

    @property
    def basis_points(self) -> int:
        """The percentage that counts."""
        if self.fppas is not None:
            return self.fppas.basis_points
        return self.question.fppas_basis_points or 0


def price(question: Question, *, orders: Sequence[Order] | None = None) -> Priced:
    """What one question costs by the packaged or other orders; raises QuestionRefused."""
    answer = price_all([question], orders=orders)[0]
    if isinstance(answer, QuestionRefused):
        raise answer
    return answer


def price_all(
    questions: Sequence[Question],
    *,
    orders: Sequence[Order] | None = None,
    with_lines: bool = True,
) -> list[Priced | QuestionRefused]:
    """An answer or a refusal for each question, in their order.

    Lines take most of the time; leave them out where only totals are wanted.
    """
    finder = Finder(catalogue() if orders is None else orders)
    answers: list[Priced | QuestionRefused | None] = [None] * len(questions)
    together: dict[int, list[tuple[int, Found]]] = {}
    for index, question in enumerate(questions):
        try:
            found = finder.find(question)
        except QuestionRefused as refused:
            answers[index] = refused
        else:
            together.setdefault(id(found.schedule), []).append((index, found))
    for group in together.values():
        rated = _rated(finder, [found for _, found in group], with_lines=with_lines)
        for (index, _), priced in zip(group, rated, strict=True):
            answers[index] = priced
    return [answer for answer in answers if answer is not None]


def slices_of(rows: Sequence[Found]) -> Slices:
    """The columns that rating wants, for questions of one schedule."""
    names = [window.clock for window in rows[0].schedule.windows]
    asked = [row.question for row in rows]
    windows = [[dict(one.windows_wh).get(name, 0) for name in names] for one in asked]
    return Slices(
        energy_wh=_column(one.energy_wh for one in asked),
        selecting_wh=_column(one.selecting_wh for one in asked),
        windows_wh=np.array(windows, dtype=np.int64).reshape(len(rows), len(names)),
        billed_days=_column(one.billed_days for one in asked),
        days_in_month=_column(one.days_in_month for one in asked),
        slab_days=_column(one.slab_days for one in asked),
        sanctioned_load_w=_column(one.sanctioned_load_w or _ANY_LOAD_W for one in asked),
        max_demand_w=_column(one.max_demand_w for one in asked),
        demand_excused=_column(int(one.demand_excused) for one in asked),
        fppas_basis_points=_column(row.basis_points for row in rows),
        fppas_carried_micropaise=_column(0 for _ in rows),
        is_prepaid=_column(int(one.is_prepaid) for one in asked),
    )


def nothing_used(found: Found) -> Slices:
    """The same period before its first unit and its first day."""
    nothing = replace(
        found.question,
        energy_wh=0,
        selecting_wh=0,
        max_demand_w=0,
        billed_days=0,
        windows_wh=(),
    )
    return slices_of([replace(found, question=nothing)])


def lines_between(found: Found, before: Slices, after: Slices) -> list[Line]:
    """The lines of what lies between two states of one period."""
    # Not at the top: whoever wants totals or a list does not wait for it.
    from bijlighar.tariffs.explaining import explain

    return explain(found.schedule, before, after)


class Finder:
    """Finds schedule, order and percentage of each question; remembers what it found."""

    def __init__(self, orders: Sequence[Order]) -> None:
        """Finds in these orders only."""
        self._orders = orders
        self._by_sha256 = {order.sha256: order for order in orders}
        self._schedules: dict[tuple[str, date], tuple[Schedule, ...]] = {}
        self._percents: dict[tuple[int, date], FppasValue] = {}

    def find(self, question: Question) -> Found:
        """What a question is priced by; raises QuestionRefused."""
        schedules = self._in_force(question)
        schedule = _fitting(question, schedules)
        order = self._by_sha256[schedule.order_sha256]
        _check_measure(question, schedule)
        _check_windows(question, schedule)
        fppas = None
        if question.fppas_basis_points is None:
            fppas = self._percent(schedule, question.day)
        elif schedule.fppas is None and question.fppas_basis_points:
            reason = f"{question.category} has no fuel surcharge"
            raise QuestionRefused(field="fppas_pct", reason=reason)
        return Found(question=question, order=order, schedule=schedule, fppas=fppas)

    def changes_within(self, found: Found) -> bool:
        """Whether another order or percentage holds on some day of the period."""
        question = found.question
        if question.first is None or question.until is None:
            return False
        for day in (question.first, question.until - ONE_DAY):
            there = self._on(question.category, day)
            if not there or there[0].order_sha256 != found.schedule.order_sha256:
                return True
            if found.fppas is not None:
                value = self._percent(found.schedule, day)
                if value.basis_points != found.fppas.basis_points:
                    return True
        return False

    def _in_force(self, question: Question) -> tuple[Schedule, ...]:
        category, day = question.category, question.day
        found = self._on(category, day)
        if found and not question.state:
            return found
        holding = [one for one in self._orders if category in categories_of(one)]
        if not holding:
            raise QuestionRefused(field="category", reason=self._unknown(category))
        states = sorted({order.state for order in holding})
        if question.state and question.state not in states:
            reason = f"{category} is a category of {', '.join(states)}"
            raise QuestionRefused(field="state", reason=reason)
        if not found:
            periods = ", ".join(_period(order) for order in holding)
            reason = f"no order is known for {category} on {day}; known are {periods}"
            raise QuestionRefused(field="day", reason=reason)
        return found

    def _on(self, category: str, day: date) -> tuple[Schedule, ...]:
        key = (category, day)
        if key not in self._schedules:
            self._schedules[key] = schedules_for(category, day, orders=self._orders)
        return self._schedules[key]

    def _percent(self, schedule: Schedule, day: date) -> FppasValue:
        key = (id(schedule), day)
        if key not in self._percents:
            try:
                self._percents[key] = fppas_on(schedule, day)
            except TariffGap as gap:
                reason = f"is needed, since {gap}"
                raise QuestionRefused(field="fppas_pct", reason=reason) from None
        return self._percents[key]

    def _unknown(self, category: str) -> str:
        known = sorted({name for order in self._orders for name in categories_of(order)})
        near = get_close_matches(category.upper(), known, n=3)
        meant = f"did you mean {' or '.join(near)}?" if near else "`bijlighar tariffs list`"
        return f"{category} is not known; {meant}"


def _rated(finder: Finder, rows: Sequence[Found], *, with_lines: bool) -> Iterator[Priced]:
    schedule, slices = rows[0].schedule, slices_of(rows)
    rated = rate(schedule, slices)
    heads = {head: amounts.tolist() for head, amounts in rated.paise.items()}
    step = schedule.rounding.bill_paise
    for index, (row, total) in enumerate(
        zip(rows, rated.total_paise.tolist(), strict=True)
    ):
        lines: list[Line] = []
        if with_lines:
            lines = lines_between(row, nothing_used(row), slices_of([row]))
            assert sum(line.amount_paise for line in lines) == total
        yield Priced(
            question=row.question,
            schedule=schedule,
            order=row.order,
            fppas_basis_points=row.basis_points,
            paise={head: amounts[index] for head, amounts in heads.items()},
            total_paise=total,
            bill_paise=divide_half_up(total, step) * step,
            lines=tuple(lines),
            warnings=warnings_of(
                question=row.question,
                schedule=schedule,
                fppas=row.fppas,
                changes_within=finder.changes_within(row),
            ),
        )


def _fitting(question: Question, schedules: Sequence[Schedule]) -> Schedule:
    """The schedule for the load; it may be unsaid where nothing is charged by it."""
    load_w = question.sanctioned_load_w
    if load_w is None:
        if any(_charges_by_load(schedule) for schedule in schedules):
            reason = f"is missing: {question.category} is charged by the load"
            raise QuestionRefused(field=_in(question, "sanctioned_load"), reason=reason)
        return schedules[0]
    for schedule in schedules:
        if fits_load(schedule, load_w):
            return schedule
    loads = "; ".join(schedule.eligible.text for schedule in schedules)
    unit = "kVA" if question.measured_in is Measured.KVAH else "kW"
    reason = f"{question.category} is not for {load_w / 1000:g} {unit}, but for: {loads}"
    raise QuestionRefused(field=_in(question, "sanctioned_load"), reason=reason)


def _charges_by_load(schedule: Schedule) -> bool:
    bands = any(band.per is Per.KW for band in schedule.fixed)
    least = schedule.minimum is not None and schedule.minimum.per is Per.KW
    return bands or least or schedule.excess_demand is not None


def _check_measure(question: Question, schedule: Schedule) -> None:
    if schedule.measured_in is not question.measured_in:
        is_kvah = schedule.measured_in is Measured.KVAH
        unit, wanted = ("kVAh", "units_kvah") if is_kvah else ("kWh", "units_kwh")
        loads = "sanctioned_load_kva" if is_kvah else "sanctioned_load_kw"
        reason = f"{question.category} is billed by {unit}: give {wanted} and {loads}"
        raise QuestionRefused(field=_in(question, "units", energy=True), reason=reason)


def _check_windows(question: Question, schedule: Schedule) -> None:
    known = [window.clock for window in schedule.windows]
    for clock, _ in question.windows_wh:
        if clock not in known:
            there = f"there are {', '.join(known)}" if known else "it has none"
            reason = f"{clock} is no time of day of {question.category}; {there}"
            raise QuestionRefused(field="windows", reason=reason)


def _in(question: Question, field: str, *, energy: bool = False) -> str:
    """The field's name with the unit that the question speaks in."""
    unit = "kva" if question.measured_in is Measured.KVAH else "kw"
    return f"{field}_{unit}{'h' if energy else ''}"


def _period(order: Order) -> str:
    if order.in_force_until is None:
        return f"from {order.in_force_from}"
    return f"{order.in_force_from} to {order.in_force_until - ONE_DAY}"


def _column(numbers: Iterable[int]) -> IntArray:
    return np.fromiter(numbers, dtype=np.int64)


def as_json(priced: Priced) -> dict[str, object]:
    """The answer as JSON has it: rupees as text with two decimals, and paise."""
    question, order = priced.question, priced.order
    return {
        "category": question.category,
        "day": question.day.isoformat(),
        "days_in_month": question.days_in_month,
        "slab_days": question.slab_days,
        "billed_days": question.billed_days,
        "fppas_pct": in_rupees(priced.fppas_basis_points),
        "heads": {head.value: in_rupees(paise) for head, paise in priced.paise.items()},
        "heads_paise": {head.value: paise for head, paise in priced.paise.items()},
        "net_energy": in_rupees(priced.net_energy_paise),
        "net_energy_paise": priced.net_energy_paise,
        "total": in_rupees(priced.total_paise),
        "total_paise": priced.total_paise,
        "bill_rounded_rupees": in_rupees(priced.bill_paise),
        "bill_rounded_paise": priced.bill_paise,
        "lines": [_line(line) for line in priced.lines],
        "order": {
            "name_en": order.name.en,
            "name_hi": order.name.hi,
            "sha256": order.sha256,
            "in_force_from": order.in_force_from.isoformat(),
            "source": order.source,
        },
        "warnings": [
            {"code": one.code.value, "text_en": one.text.en, "text_hi": one.text.hi}
            for one in priced.warnings
        ],
    }


def in_rupees(paise: int) -> str:
    """Paise as plain rupees for programs: `-1234.50`; hundredths of anything, too."""
    rupees, rest = divmod(abs(paise), PAISE_PER_RUPEE)
    return f"{'-' if paise < 0 else ''}{rupees}.{rest:02d}"


def _line(line: Line) -> dict[str, object]:
    from bijlighar.tariffs.wording import sentence

    return {
        "head": line.head.value,
        "text_en": sentence(line, "en"),
        "text_hi": sentence(line, "hi"),
        "quantity": line.quantity,
        "unit": line.unit.value,
        "rate": line.rate,
        "amount_paise": line.amount_paise,
        "source": line.source,
        "funded_by": line.funded_by,
    }

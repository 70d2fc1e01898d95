"""Rows of new bills, from what their periods came to and what moved their wallets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain

from bijlighar.bills import _json
from bijlighar.bills._lines import printed
from bijlighar.bills._moves import Marks, Moves, marks_now, moves_of
from bijlighar.bills._plan import Plan, ToBill
from bijlighar.bills.models import Bill as Row
from bijlighar.bills.rules import account, ask, number_of
from bijlighar.bills.values import BillDay, BillKind, BillNames, BillPart
from bijlighar.charges import service as charges
from bijlighar.charges.values import ChargedPeriod, PeriodPart
from bijlighar.connections import service as connections
from bijlighar.grid import service as grid
from bijlighar.grid.values import Kind, Node
from bijlighar.kernel.ist import ONE_DAY, supply_day_of
from bijlighar.ledger import service as ledger

_OFFICES = frozenset(
    {Kind.ZONE, Kind.CIRCLE, Kind.DIVISION, Kind.SUBDIVISION, Kind.SECTION}
)


@dataclass(slots=True, kw_only=True)
class _Making:
    """What all bills of one call share."""

    until: date
    kind: BillKind
    now: datetime
    due_on: date
    marks: Marks
    serials: Mapping[int, str]
    paths: dict[int, tuple[Node, ...]] = field(default_factory=dict)

    def path(self, transformer_id: int) -> tuple[Node, ...]:
        """What lies above a transformer as the period ends, from the discom down."""
        if transformer_id not in self.paths:
            self.paths[transformer_id] = grid.path_on(
                node_id=transformer_id, day=self.until - ONE_DAY
            )
        return self.paths[transformer_id]


def rows_of(
    made: Plan,
    periods: Mapping[int, ChargedPeriod],
    *,
    before_true_up: Marks,
    until: date,
    kind: BillKind,
    now: datetime,
) -> list[Row]:
    """New bills, not yet kept; one whose days and wallet disagree is rejected."""
    if not periods:
        return []
    known = [made.to_bill[one].known for one in periods]
    moves = moves_of(known, until=until, before_true_up=before_true_up)
    wallets = ledger.balances_of(owner_ids=list(periods))
    making = _Making(
        until=until,
        kind=kind,
        now=now,
        due_on=supply_day_of(now) + timedelta(days=charges.policy().bill_due_after_days),
        marks=marks_now(),
        serials=_serials(periods.values()),
    )
    rows = []
    for connection_id, period in periods.items():
        moved = moves[connection_id]
        taken = moved.deducted_paise + moved.true_up_paise
        comes_to = sum(part.total_paise for part in period.parts)
        explained = sum(line.amount_paise for part in period.parts for line in part.lines)
        if not taken == comes_to == explained:
            wrong = f"its days come to {comes_to} paise, their lines to {explained}"
            made.reject(connection_id, f"{wrong} and its wallet gave {taken}")
            continue
        ends_with = wallets[connection_id].balance_paise - moved.after_paise
        rows.append(_row(making, made.to_bill[connection_id], period, moved, ends_with))
    return rows


def _row(
    making: _Making, one: ToBill, period: ChargedPeriod, moved: Moves, balance_paise: int
) -> Row:
    charges_paise = moved.deducted_paise + moved.true_up_paise
    last = period.parts[-1]
    held = account(
        balance_paise=balance_paise,
        previous_paise=one.previous_paise,
        charges_paise=charges_paise,
        payments_paise=moved.payments_paise,
        moved_paise=moved.moved_paise,
    )
    payable, rounding = ask(
        balance_paise=balance_paise,
        is_prepaid=last.is_prepaid,
        step_paise=last.schedule.rounding.bill_paise,
    )
    path = making.path(one.transformer_id)
    return Row(
        number=number_of(
            discom=path[0].code,
            last=making.until - ONE_DAY,
            consumer_number=one.consumer_number,
            count=one.count,
        ),
        connection_id=one.known.connection_id,
        kind=making.kind.value,
        first_day=one.known.first,
        until_day=making.until,
        is_prepaid=last.is_prepaid,
        issued_at=making.now,
        due_on=None if last.is_prepaid else making.due_on,
        names=_json.as_json(_names(one, path)),
        **_use(period, making.serials),
        deducted_paise=moved.deducted_paise,
        true_up_paise=moved.true_up_paise,
        charges_paise=charges_paise,
        previous_paise=held.previous_paise,
        payments_paise=held.payments_paise,
        adjustments=[_json.as_json(adjustment) for adjustment in held.adjustments],
        adjustments_paise=sum(each.amount_paise for each in held.adjustments),
        balance_paise=held.balance_paise,
        payable_paise=payable,
        rounding_paise=rounding,
        rounding_before_paise=one.rounding_before_paise,
        seen_entry_id=making.marks.entry_id,
        seen_charge_id=making.marks.charge_id,
    )


def _use(period: ChargedPeriod, serials: Mapping[int, str]) -> dict[str, object]:
    """What was used and what it cost, as the row keeps it."""
    parts = period.parts
    heads: dict[str, int] = {}
    for part in parts:
        for head, paise in part.heads_paise.items():
            heads[head] = heads.get(head, 0) + paise
    lines = chain.from_iterable(
        printed(part.lines, part=place) for place, part in enumerate(parts)
    )
    return {
        "energy_wh": sum(part.energy_wh for part in parts),
        "opening_register_wh": parts[0].opening_register_wh,
        "closing_register_wh": parts[-1].closing_register_wh,
        "days": [
            _json.as_json(
                BillDay(day=day.day, energy_wh=day.energy_wh, is_estimated=day.is_estimated)
            )
            for day in period.days
        ],
        "parts": [_json.as_json(_part(part, serials[part.meter_id])) for part in parts],
        "lines": [_json.as_json(line) for line in lines],
        "heads": {head: paise for head, paise in heads.items() if paise},
    }


def _part(part: PeriodPart, serial: str) -> BillPart:
    return BillPart(
        first=part.first,
        last=part.last,
        category=part.schedule.category,
        category_en=part.schedule.name.en,
        category_hi=part.schedule.name.hi,
        order_en=part.order_name.en,
        order_hi=part.order_name.hi,
        order_sha256=part.schedule.order_sha256,
        sanctioned_load_w=part.sanctioned_load_w,
        is_prepaid=part.is_prepaid,
        meter_serial=serial,
        opening_register_wh=part.opening_register_wh,
        closing_register_wh=part.closing_register_wh,
        energy_wh=part.energy_wh,
        total_paise=part.total_paise,
    )


def _names(one: ToBill, path: tuple[Node, ...]) -> BillNames:
    office = next((node for node in reversed(path) if node.kind in _OFFICES), None)
    return BillNames(
        consumer_number=one.consumer_number,
        consumer_en=one.name_en,
        consumer_hi=one.name_hi,
        discom_en=path[0].name_en,
        discom_hi=path[0].name_hi,
        office_en=office.name_en if office else "",
        office_hi=office.name_hi if office else "",
    )


def _serials(periods: Iterable[ChargedPeriod]) -> dict[int, str]:
    meters = {part.meter_id for period in periods for part in period.parts}
    found = connections.meter_addresses(meter_ids=sorted(meters))
    return {meter.meter_id: meter.serial for meter in found}

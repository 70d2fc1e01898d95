"""Tariffs: which orders are known, and what a use would cost by them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Query, Schema
from pydantic import Field

from bijlighar.clock import clock
from bijlighar.kernel.ist import supply_day_of
from bijlighar.tariffs import pricing
from bijlighar.tariffs.asking import (
    FIELDS,
    OTHER_NAMES,
    QuestionRefused,
    question_from,
    read_json,
)
from bijlighar.tariffs.card import lowest_confidence
from bijlighar.tariffs.orders import catalogue
from bijlighar.tariffs.values import Order
from bijlighar.web.access import DeskRequest
from bijlighar.web.api import schemas
from bijlighar.web.api.errors import ApiError
from bijlighar.web.api.operation import computes, reads
from bijlighar.web.api.words import PRINTED, Day

State = Annotated[str, Query(max_length=20, pattern=PRINTED, description="A state's code.")]
_WORD: dict[str, object] = {"type": "string", "minLength": 1, "maxLength": 60}
_DAY: dict[str, object] = {"type": "string", "format": "date"}
_NUMBER: dict[str, object] = {
    "anyOf": [
        {"type": "number"},
        {"type": "string", "pattern": r"^-?[0-9]{1,9}(\.[0-9]{1,3})?$"},
    ]
}
_KINDS: dict[str, dict[str, object]] = {
    "category": _WORD,
    "state": _WORD,
    "day": _DAY,
    "from": _DAY,
    "until": _DAY,
    "payment_mode": {"type": "string", "enum": ["prepaid", "postpaid"]},
    "windows": {"type": "object", "additionalProperties": _NUMBER},
    "demand_excused": {"type": "boolean"},
}
QUESTION = {
    "title": "Question",
    "description": "What is to be priced, named as on a printed bill.",
    "type": "object",
    "properties": {
        name: {**_KINDS.get(name, _NUMBER), "description": said}
        for name, said in {**FIELDS, **OTHER_NAMES}.items()
    },
    "required": ["category"],
    "additionalProperties": False,
}
"""The body's JSON schema; what it says is read by `question_from`, which is as strict."""


class Tariff(Schema):
    """One category of one order."""

    category: str
    name: schemas.BothNames
    eligible: str
    state: str
    order: schemas.BothNames
    sha256: str
    in_force_from: date
    in_force_until: date | None
    lowest_confidence: str


class Tariffs(Schema):
    """The categories of every known order, by state and first day."""

    tariffs: list[Tariff]


class PricedLine(Schema):
    """One line: `quantity` counts Wh, days or nothing, as `unit` says."""

    head: str
    text_en: str
    text_hi: str
    quantity: int
    unit: str
    rate: str
    amount_paise: int
    source: str
    funded_by: str = Field(description="Who pays a relief; empty where nobody else does.")


class PricedOrder(Schema):
    """The order that the price rests on."""

    name_en: str
    name_hi: str
    sha256: str
    in_force_from: date
    source: str


class Warned(Schema):
    """One reason to look at the price twice."""

    code: str
    text_en: str
    text_hi: str


class Priced(Schema):
    """What the use costs; the lines add up to the total."""

    category: str
    day: date
    days_in_month: int
    slab_days: int
    billed_days: int
    fppas_pct: str
    heads: dict[str, str] = Field(description="Rupees with two decimals.")
    heads_paise: dict[str, int]
    net_energy: str = Field(description="Energy, subsidy and scheme together.")
    net_energy_paise: int
    total: str
    total_paise: int
    bill_rounded_rupees: str = Field(description="The total by the order's own rounding.")
    bill_rounded_paise: int
    lines: list[PricedLine]
    order: PricedOrder
    warnings: list[Warned]


@reads("/tariffs", right=None, answer=Tariffs, tag="tariffs")
def tariffs(request: DeskRequest, state: State = "", on: Day = None) -> Tariffs:
    """Every category of every known order; `on` keeps those in force on a day."""
    return Tariffs(
        tariffs=[
            Tariff(
                category=schedule.category,
                name=schemas.BothNames(en=schedule.name.en, hi=schedule.name.hi),
                eligible=schedule.eligible.text,
                state=order.state,
                order=schemas.BothNames(en=order.name.en, hi=order.name.hi),
                sha256=order.sha256,
                in_force_from=order.in_force_from,
                in_force_until=order.in_force_until,
                lowest_confidence=lowest_confidence(schedule).value,
            )
            for order in catalogue()
            if (not state or order.state == state) and (on is None or _holds(order, on))
            for schedule in order.schedules
        ]
    )


@computes("/tariffs/price", answer=Priced, body=QUESTION, tag="tariffs")
def price_tariff(request: DeskRequest) -> Priced:
    """What a use would cost: heads, lines with their sources, and what is doubtful."""
    try:
        asked = read_json(request.body)
        question = question_from(asked, today=supply_day_of(clock.now()))
        return Priced.model_validate(pricing.as_json(pricing.price(question)))
    except QuestionRefused as refused:
        raise _refusal(refused) from None


def _refusal(refused: QuestionRefused) -> ApiError:
    if not refused.field:
        return ApiError(400, "unreadable", f"{refused.reason}.", field="body")
    message = f"{refused.field}: {refused.reason}."
    return ApiError(422, "question_refused", message, field=refused.field)


def _holds(order: Order, day: date) -> bool:
    ends = order.in_force_until
    return order.in_force_from <= day and (ends is None or day < ends)

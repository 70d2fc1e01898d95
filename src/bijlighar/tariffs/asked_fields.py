"""The fields of a question: a JSON object of known names, each read by name and type.

Numbers stay decimal from the first letter to the last Wh, and whatever cannot be meant is
refused by the name of its field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import NoReturn, cast

from bijlighar.kernel.errors import BijligharError
from bijlighar.tariffs.rating import MOST_DAYS
from bijlighar.tariffs.values import Measured

FIELDS: Mapping[str, str] = {
    "category": "the tariff category, as LMV-1.10B",
    "state": "the state's code, if the category shall be looked for there only",
    "day": "a day of the billed month, as 2026-04-03: its order and rates are used",
    "units_kwh": "units used; units_kvah where the category is billed by kVAh",
    "sanctioned_load_kw": "as on the bill; sanctioned_load_kva for kVAh",
    "max_demand_kw": "highest demand of the month; without it the order's floor counts",
    "days": f"length of a period from reading to reading, 1 to {MOST_DAYS}",
    "from": "first day of a part of one calendar month",
    "until": "the day after the last of that part",
    "days_so_far": "days charged so far, for a month that is still running",
    "fppas_pct": "percent of the fuel surcharge; without it what the order's series says",
    "payment_mode": "prepaid or postpaid; without it postpaid",
    "windows": 'units by time of day, as {"09:00-17:00": 40}',
    "expected_units_kwh": "units expected by the month's end: they choose the bands",
    "demand_excused": "true while excess demand costs nothing",
}
"""Every field and what it means, in the order in which help and documents list them."""

_KVAH = {
    "units_kvah": "units_kwh",
    "expected_units_kvah": "expected_units_kwh",
    "sanctioned_load_kva": "sanctioned_load_kw",
    "max_demand_kva": "max_demand_kw",
}
OTHER_NAMES: Mapping[str, str] = {**_KVAH, "recorded_md_kw": "max_demand_kw"}
"""Fields by other names: the same number in VAh and VA, or the worked bills' word."""
_MEANT = {
    "units": "units_kwh",
    "kwh": "units_kwh",
    "consumption": "units_kwh",
    "load": "sanctioned_load_kw",
    "load_kw": "sanctioned_load_kw",
    "md": "max_demand_kw",
    "demand": "max_demand_kw",
    "date": "day",
    "month": "day",
    "to": "until",
    "mode": "payment_mode",
    "prepaid": "payment_mode",
    "fppa": "fppas_pct",
    "tariff": "category",
}
"""What people write for a field, where it is not near enough to be guessed."""

_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOST_DIGITS = 18


class QuestionRefused(BijligharError):
    """A question cannot be priced; `field` is what is wrong in it."""

    def __init__(self, *, field: str, reason: str) -> None:
        # Half a letter may come in by JSON, but goes out in no encoding.
        self.field = field.encode("utf-8", "replace").decode()
        self.reason = reason.encode("utf-8", "replace").decode()
        super().__init__(f"{self.field}: {self.reason}" if field else self.reason)


def read_json(text: str | bytes) -> object:
    """JSON with decimals kept as they are written; raises QuestionRefused.

    A key that stands twice is refused: one of the two would silently win.
    """
    try:
        return json.loads(
            text,
            parse_float=Decimal,
            parse_constant=Decimal,
            object_pairs_hook=_each_once,
        )
    except (ValueError, RecursionError) as error:
        raise QuestionRefused(field="", reason=f"this is not JSON: {error}") from None


class Fields:
    """A JSON object whose every field has a known name, read by name and type."""

    def __init__(self, said: Mapping[str, object]) -> None:
        self._said: dict[str, object] = {}
        self._names: dict[str, str] = {}
        for name, value in said.items():
            field = OTHER_NAMES.get(name, name)
            if field not in FIELDS:
                raise QuestionRefused(field=name[:60], reason=_unknown(name))
            if field in self._said:
                other = self._names[field]
                raise QuestionRefused(field=name, reason=f"is the same as {other}")
            self._said[field], self._names[field] = value, name
        self.measured_in = self._measured()

    def __contains__(self, field: str) -> bool:
        return field in self._said

    def refuse(self, field: str, reason: str) -> NoReturn:
        raise QuestionRefused(field=self._names.get(field, field), reason=reason)

    def given(self, field: str) -> object:
        value = self._said.get(field)
        if value is None and field in self._said:
            self.refuse(field, "is null; leave it out instead")
        return value

    def text(self, field: str, *, needed: bool = False) -> str:
        value = self.given(field)
        if value is None:
            if needed:
                self.refuse(field, "is missing")
            return ""
        if not isinstance(value, str) or not value.strip():
            self.refuse(field, "must be words in quotes")
        if len(value) > 60:
            self.refuse(field, "is longer than 60 letters")
        return value.strip()

    def flag(self, field: str) -> bool:
        value = self.given(field)
        if value is not None and not isinstance(value, bool):
            self.refuse(field, "must be true or false")
        return bool(value)

    def day(self, field: str) -> date | None:
        value = self.given(field)
        if value is None:
            return None
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.refuse(field, 'must be a day, as "2026-04-03"')
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(field, f"there is no day {value}")

    def number(self, field: str) -> Decimal | None:
        value = self.given(field)
        return None if value is None else self._decimal(field, value)

    def thousandths(self, field: str, *, most: int) -> int | None:
        """A number that is not negative, of up to three decimals, times a thousand."""
        number = self.number(field)
        return None if number is None else self.scaled(field, number, most=most)

    def scaled(self, field: str, number: Decimal, *, most: int) -> int:
        if number < 0:
            self.refuse(field, f"is negative: {number}")
        scaled = number * 1000
        if scaled != int(scaled):
            self.refuse(field, f"has more than 3 decimals: {number}")
        if scaled > most:
            self.refuse(field, f"is {number}, above the most, {most // 1000:,}")
        return int(scaled)

    def whole(self, field: str, *, least: int, most: int) -> int | None:
        number = self.number(field)
        if number is None:
            return None
        if number != int(number):
            self.refuse(field, f"must be a whole number, not {number}")
        if not least <= number <= most:
            self.refuse(field, f"is {number}, outside {least} to {most}")
        return int(number)

    def table(self, field: str) -> dict[str, Decimal]:
        """Numbers by name."""
        value = self.given(field)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.refuse(field, 'must be a table, as {"09:00-17:00": 40}')
        return {name: self._decimal(field, number) for name, number in value.items()}

    def _decimal(self, field: str, value: object) -> Decimal:
        if isinstance(value, str) and _DECIMAL.fullmatch(value) and len(value) < 40:
            value = Decimal(value)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.refuse(field, 'must be a number, as 150.5 or "150.5"')
        number = Decimal(value) if isinstance(value, int) else value
        if not number.is_finite():
            self.refuse(field, f"must be a number, not {number}")
        parts = number.as_tuple()
        places = cast(int, parts.exponent)
        if len(parts.digits) > _MOST_DIGITS or abs(places) > _MOST_DIGITS:
            self.refuse(field, "has more digits than any bill")
        return number

    def _measured(self) -> Measured:
        """kWh or kVAh, as the units are said; loads must be said in the same."""
        is_kvah = self._names.get("units_kwh") == "units_kvah"
        others = {field: name for name, field in _KVAH.items()}
        for field, name in self._names.items():
            if field in others and (name in _KVAH) != is_kvah:
                units, wanted = ("kVAh", others[field]) if is_kvah else ("kWh", field)
                self.refuse(field, f"the units are in {units}: give {wanted}")
        return Measured.KVAH if is_kvah else Measured.KWH


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise QuestionRefused(field=twice[:60], reason="stands twice")
    return found


def _unknown(name: str) -> str:
    near = get_close_matches(name.lower(), [*FIELDS, *OTHER_NAMES], n=1)
    meant = _MEANT.get(name.lower()) or (near[0] if near else "")
    if meant:
        return f"is not a field; did you mean {meant}?"
    return f"is not a field; there are {', '.join(FIELDS)}"

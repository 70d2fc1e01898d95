"""The lists of a bill as JSON, and back: plain objects, days as `2026-04-03`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any, TypeVar, get_type_hints

from bijlighar.bills.values import (
    Adjustment,
    BillDay,
    BillNames,
    BillPart,
    Moved,
    PrintedLine,
)

Kept = TypeVar("Kept", Adjustment, BillDay, BillNames, BillPart, PrintedLine)

_KINDS: dict[type, dict[str, Any]] = {
    of: get_type_hints(of) for of in (Adjustment, BillDay, BillNames, BillPart, PrintedLine)
}


def as_json(
    one: Adjustment | BillDay | BillNames | BillPart | PrintedLine,
) -> dict[str, Any]:
    """A value as JSON has it."""
    told = {field.name: getattr(one, field.name) for field in fields(one)}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in told.items()
    }


def listed(of: type[Kept], told: Iterable[Mapping[str, Any]]) -> tuple[Kept, ...]:
    """The values that a list of JSON objects tells of."""
    return tuple(read(of, one) for one in told)


def read(of: type[Kept], told: Mapping[str, Any]) -> Kept:
    """The value that a JSON object tells of."""
    return of(**{name: _value(kind, told[name]) for name, kind in _KINDS[of].items()})


def _value(kind: type, told: Any) -> Any:
    if kind is date:
        return date.fromisoformat(told)
    return Moved(told) if kind is Moved else told

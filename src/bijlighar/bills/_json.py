"""The lists of a bill as JSON, and back: plain objects, days as `2026-04-03`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
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


def as_json(
    one: Adjustment | BillDay | BillNames | BillPart | PrintedLine,
) -> dict[str, Any]:
    """A value as JSON has it."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(one).items()
    }


def listed(of: type[Kept], told: Iterable[Mapping[str, Any]]) -> tuple[Kept, ...]:
    """The values that a list of JSON objects tells of."""
    return tuple(read(of, one) for one in told)


def read(of: type[Kept], told: Mapping[str, Any]) -> Kept:
    """The value that a JSON object tells of."""
    kinds = get_type_hints(of)
    return of(**{one.name: _value(kinds[one.name], told[one.name]) for one in fields(of)})


def _value(kind: type, told: Any) -> Any:
    if kind is date:
        return date.fromisoformat(told)
    return Moved(told) if kind is Moved else told

"""Series of FPPAS percentages as reviewed files: dated, complete in time, capped."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path

from bijlighar.kernel.strict_yaml import Table, read_file, read_table
from bijlighar.tariffs.values import Confidence, FppasSeries, FppasValue

_ENTRY_KEYS = ("from", "until", "percent", "source", "confidence")

NO_FPPAS = FppasValue(
    starts=None,
    ends=None,
    basis_points=0,
    carried_basis_points=0,
    source="the order has no FPPAS",
    confidence=Confidence.HIGH,
    note="",
)


def load_fppas(path_or_text: Path | str) -> FppasSeries:
    """One series of percentages from a file, or from its text; raises FileError."""
    if isinstance(path_or_text, Path):
        return read_series(read_file(path_or_text), path_or_text.name)
    return read_series(path_or_text, "(text)")


def read_series(text: str, file: str) -> FppasSeries:
    table = read_table(
        text=text,
        file=file,
        keys=("series", "cap_percent", "carry_forward", "source", "values"),
    )
    table.text("source")
    cap = table.decimal("cap_percent", least="0", most="100", places=2)
    carries = table.word_of("carry_forward", ("yes", "no")) == "yes"
    values: list[FppasValue] = []
    for entry in table.tables("values", keys=_ENTRY_KEYS, optional=("note",)):
        value = _fppas_value(entry, cap, carries, values[-1] if values else None)
        _check_follows(entry, values[-1] if values else None, value)
        values.append(value)
    if not values:
        raise table.refuse("`values` is empty", "values")
    if values[-1].ends is not None:
        raise entry.refuse("the last `until` must be null: no day is left out", "until")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return FppasSeries(series=table.text("series"), values=tuple(values), sha256=sha256)


def _fppas_value(
    entry: Table, cap: Decimal, carries: bool, before: FppasValue | None
) -> FppasValue:
    """What is charged of a notified percentage: no more than the cap and, where excess is
    carried forward, what the cap left over before."""
    most = "100" if carries else str(cap)
    notified = int(entry.decimal("percent", least="-100", most=most, places=2) * 100)
    brought = before.carried_basis_points if before else 0
    charged = min(notified + brought, int(cap * 100))
    return FppasValue(
        starts=entry.day_or_none("from"),
        ends=entry.day_or_none("until"),
        basis_points=charged,
        carried_basis_points=notified + brought - charged,
        source=entry.text("source"),
        confidence=Confidence(entry.word_of("confidence", list(Confidence))),
        note=entry.text_if_any("note"),
    )


def _check_follows(entry: Table, before: FppasValue | None, value: FppasValue) -> None:
    """Each entry starts on the day on which the one before it ends."""
    if before is None and value.starts is not None:
        raise entry.refuse("the first `from` must be null: no day is left out", "from")
    if before is not None and (before.ends is None or before.ends != value.starts):
        raise entry.refuse(
            "a gap or an overlap: the entry before ends on another day", "from"
        )
    if value.starts and value.ends and value.ends <= value.starts:
        raise entry.refuse("`until` is not after `from`", "until")

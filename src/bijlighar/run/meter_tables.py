"""What was read of a meter as a table that fits a terminal and a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bijlighar.dlms import is15959
from bijlighar.dlms.cosem import Attribute, ClassId

_FOR_ALL = (is15959.CLOCK_TIME, Attribute(ClassId.DATA, is15959.SERIAL_NUMBER, 2))


def usual(client_sap: int) -> tuple[Attribute, ...]:
    """What is read when nothing is named; the public client may not read the register."""
    if client_sap == is15959.PUBLIC_CLIENT:
        return _FOR_ALL
    return (*_FOR_ALL, Attribute(ClassId.REGISTER, is15959.WH_IMPORT, 2))


def as_text(shown: Mapping[str, Any]) -> str:
    """Tables and values, one below the other."""
    parts = [f"Meter {shown['meter']}, client {shown['client']}"]
    parts += [_table(table) for table in shown.get("tables", ())]
    if values := shown.get("values"):
        rows = [
            [
                f"{one['obis']}:{one['class_id']}:{one['attribute']}",
                one["name"],
                _cell(one["value"]),
                one["unit"],
            ]
            for one in values
        ]
        parts.append(_aligned([["object", "name", "value", "unit"], *rows]))
    return "\n\n".join(parts)


def _table(table: Mapping[str, Any]) -> str:
    title = f"{table['obis']} {table['name']}".rstrip()
    if table["missing"]:
        return f"{title}\n{table['missing']}"
    if not table["rows"]:
        return f"{title}\nNo rows."
    heads = [one["name"] or one["obis"] for one in table["columns"]]
    units = [one["unit"] for one in table["columns"]]
    rows = [[_cell(cell) for cell in row] for row in table["rows"]]
    return f"{title}\n{_aligned([heads, units, *rows])}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _cell(value: object) -> str:
    return "" if value is None else str(value)

"""The tables that leave the product: what each holds, and who may see it.

Each is one statement, read through a cursor of the database's, so that a table of any
length needs the memory of a few rows. `places` of the statements are the transformers and
offices that lie both where somebody may export and where they may see the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import connection

from bijlighar.kernel.ist import day_starts, next_month_starts
from bijlighar.kernel.sql import statement
from bijlighar.masters.columns import FIELDS
from bijlighar.masters.values import Areas, Export, ImportKind
from bijlighar.people.values import Right

ROWS_A_FETCH = 500

_NUMBER = ("Consumer number", "उपभोक्ता संख्या")
_DAY = ("Supply day", "दिन")
_METER = ("Meter serial", "मीटर संख्या")
_AMOUNT = ("Amount (₹)", "रकम (₹)")
_AT = ("When", "कब")


def _as_imported(kind: ImportKind, *keys: str) -> tuple[tuple[str, str], ...]:
    titles = {field.key: field.titles for field in FIELDS[kind]}
    return tuple((titles[key][0], titles[key][1]) for key in keys)


_ALL = (
    Export(
        name="connections",
        right=Right.SEE_CONNECTION,
        is_monthly=False,
        titles=(
            *_as_imported(
                ImportKind.CONNECTIONS,
                "number",
                "name_en",
                "name_hi",
                "mobile",
                "language",
                "category",
                "load",
                "mode",
                "from_day",
                "transformer",
                "discom",
            ),
            _METER,
            ("Balance (₹)", "बैलेंस (₹)"),
            ("Supply", "बिजली"),
            ("Supply since", "बिजली की यह हालत कब से"),
        ),
    ),
    Export(
        name="meters",
        right=Right.SEE_CONNECTION,
        is_monthly=False,
        titles=(
            *_as_imported(
                ImportKind.METERS,
                "serial",
                "title",
                "host",
                "port",
                "number",
                "installed_on",
                "register",
            ),
            ("Removed on", "हटाने की तारीख"),
        ),
    ),
    Export(
        name="grid",
        right=Right.SEE_GRID,
        is_monthly=False,
        titles=(
            *_as_imported(
                ImportKind.GRID,
                "discom",
                "code",
                "kind",
                "parent",
                "name_en",
                "name_hi",
                "opened_on",
                "latitude",
                "longitude",
            ),
            ("Closed on", "बंद होने की तारीख"),
        ),
    ),
    Export(
        name="registers",
        right=Right.SEE_READINGS,
        is_monthly=True,
        titles=(
            _NUMBER,
            _METER,
            _DAY,
            ("Register at its end (kWh)", "दिन के अंत की रीडिंग (kWh)"),
            ("Source", "कहाँ से"),
            ("Received", "कब मिली"),
        ),
    ),
    Export(
        name="charges",
        right=Right.SEE_MONEY,
        is_monthly=True,
        titles=(
            _NUMBER,
            _DAY,
            ("Category", "श्रेणी"),
            ("Used (kWh)", "खपत (kWh)"),
            ("Estimated", "अनुमान"),
            _AMOUNT,
            ("Charged", "कब कटा"),
        ),
    ),
    Export(
        name="receipts",
        right=Right.SEE_MONEY,
        is_monthly=True,
        titles=(
            _NUMBER,
            _AT,
            _AMOUNT,
            ("Gateway", "गेटवे"),
            ("Gateway's number", "गेटवे का नंबर"),
            ("Credited", "कब जमा हुआ"),
        ),
    ),
    Export(
        name="supply-changes",
        right=Right.SEE_CONNECTION,
        is_monthly=True,
        titles=(
            _NUMBER,
            _AT,
            ("Event", "क्या हुआ"),
            ("Before", "पहले"),
            ("After", "बाद में"),
            ("Because", "वजह"),
        ),
    ),
    Export(
        name="notices",
        right=Right.SEE_CONNECTION,
        is_monthly=True,
        titles=(
            _NUMBER,
            _AT,
            ("Kind", "किस बारे में"),
            ("Mobile number", "मोबाइल नंबर"),
            ("Language", "भाषा"),
            ("Text", "संदेश"),
            ("State", "हालत"),
            ("Sent", "कब भेजा"),
        ),
    ),
    Export(
        name="staff",
        right=Right.SEE_STAFF,
        is_monthly=False,
        titles=(
            ("Login", "लॉग इन नाम"),
            ("Name (English)", "नाम (अंग्रेज़ी)"),
            ("Name (Hindi)", "नाम (हिन्दी)"),
            ("Role", "पद"),
            ("Area code", "क्षेत्र का कोड"),
            ("From", "कब से"),
            ("Until", "कब तक"),
            ("Active", "चालू"),
        ),
    ),
    Export(
        name="proposals",
        right=Right.SEE_PROPOSALS,
        is_monthly=False,
        titles=(
            ("Made", "कब रखा"),
            ("Made by", "किसने रखा"),
            ("Kind", "किस बारे में"),
            ("About", "किसका"),
            ("Place", "जगह"),
            ("Why", "वजह"),
            ("State", "हालत"),
            ("Decided", "फ़ैसला कब"),
            ("Decided by", "फ़ैसला किसका"),
            ("Reason of the decision", "फ़ैसले की वजह"),
        ),
    ),
)
EXPORTS: Mapping[str, Export] = {one.name: one for one in _ALL}
"""Every table that may be exported, by name, in the order of the page."""


def count_rows(*, export: Export, areas: Areas, month: date | None) -> int:
    """How many rows a table has."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) from ({_text(export)}) as counted",  # noqa: S608
            _told(areas, month),
        )
        return int(cursor.fetchone()[0])


def rows_of(
    *, export: Export, areas: Areas, month: date | None
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table one after another, in a transaction that the caller holds."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_text(export), _told(areas, month))
        while found := cursor.fetchmany(ROWS_A_FETCH):
            yield from found


def _text(export: Export) -> str:
    name = export.name.replace("-", "_")
    places = statement("bijlighar.masters", "export_places")
    return places + statement("bijlighar.masters", f"export_{name}")


def _told(areas: Areas, month: date | None) -> dict[str, Any]:
    first = month or date(1900, 1, 1)
    until = next_month_starts(month) if month else date(9000, 1, 1)
    return {
        "exported": list(areas.exported),
        "seen": list(areas.seen),
        "contact": list(areas.contact),
        "money": list(areas.money),
        "first": first,
        "until": until,
        "starts": day_starts(first),
        "ends": day_starts(until),
    }

"""The list of connections: filtered and sorted by the database, one page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bijlighar.dashboards._asking import all_of, chosen
from bijlighar.dashboards._town import heard_since
from bijlighar.dashboards.values import (
    BothLanguages,
    ConnectionFilter,
    ConnectionRow,
    SupplyShown,
)
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Scope

ROWS_AT_ONCE = 1_000

_COUNTED = "connection.transformer_id in (select node_id from counted)"
_ORDERS: Mapping[str, str] = {
    "number": "consumer.consumer_number",
    "name_en": "lower(consumer.name_en)",
    "name_hi": "consumer.name_hi",
    "balance": f"case when {_COUNTED} then wallet.balance_paise end",
    "heard": "contact.last_heard_at",
    "since": "supply.since",
}
SORTS = tuple(_ORDERS)


def page_of(
    *,
    scope: Scope,
    money: Scope,
    wanted: ConnectionFilter,
    sort: str,
    now: datetime,
    limit: int,
    offset: int,
) -> tuple[ConnectionRow, ...]:
    """One page; `sort` is one of SORTS, with `-` in front for downwards."""
    page = chosen(
        "listed_page",
        {
            "areas": scope.areas,
            "money": money.areas,
            "day": supply_day_of(now),
            "heard_since": heard_since(now),
            "state": wanted.state,
            "category": wanted.category,
            "mode": wanted.mode,
            "limit": limit,
            "offset": offset,
        },
        which=_which(wanted),
        order=_order(sort),
    )
    found = all_of(
        "listed",
        {
            "ids": [row["connection_id"] for row in page],
            "money": money.areas,
            "day": supply_day_of(now),
        },
    )
    return tuple(
        ConnectionRow(
            consumer_number=row["consumer_number"],
            name=BothLanguages(en=row["name_en"], hi=row["name_hi"]),
            place=BothLanguages(en=row["place_en"] or "", hi=row["place_hi"] or ""),
            category=row["category"] or "",
            payment_mode=row["payment_mode"] or "",
            shown=SupplyShown(row["state"]),
            since=row["since"],
            balance_paise=row["balance_paise"],
            has_meter=row["has_meter"],
            last_heard_at=row["last_heard_at"],
            is_silent=_is_silent(row, now),
        )
        for row in found
    )


def every(**asked: Any) -> Iterator[ConnectionRow]:
    """All that fit, read a thousand at a time: for a file."""
    offset = 0
    while rows := page_of(**asked, limit=ROWS_AT_ONCE, offset=offset):
        yield from rows
        offset += ROWS_AT_ONCE


def _is_silent(row: Mapping[str, Any], now: datetime) -> bool:
    heard_at = row["last_heard_at"]
    return bool(row["has_meter"]) and (heard_at is None or heard_at < heard_since(now))


def _which(wanted: ConnectionFilter) -> str:
    asked = []
    if wanted.state == SupplyShown.UNKNOWN:
        asked.append("supply.state is null")
    elif wanted.state:
        asked.append("supply.state = %(state)s")
    if wanted.category:
        asked.append("fact.category = %(category)s")
    if wanted.mode:
        asked.append("fact.payment_mode = %(mode)s")
    if wanted.is_below_zero:
        asked.append(f"{_COUNTED} and wallet.balance_paise < 0")
    if wanted.is_silent:
        asked.append(
            "installation.id is not null and (contact.last_heard_at is null"
            " or contact.last_heard_at < %(heard_since)s)"
        )
    return "".join(f" and {one}" for one in asked)


def _order(sort: str) -> str:
    down = sort.startswith("-")
    column = _ORDERS[sort.removeprefix("-")]
    order = f"{column} desc nulls last" if down else f"{column} nulls first"
    return (
        f"{column}{' desc' if down else ''}"
        if column == _ORDERS["number"]
        else f"{order}, consumer.consumer_number"
    )

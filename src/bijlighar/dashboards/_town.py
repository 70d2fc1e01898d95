"""The picture of some areas as they are now: figures by SQL, homes one page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bijlighar.dashboards._asking import all_of, chosen
from bijlighar.dashboards.values import (
    BothLanguages,
    Happening,
    HappeningKind,
    HomesOrder,
    HomesShown,
    HomeTile,
    SupplyShown,
    TownFigures,
)
from bijlighar.kernel.ist import ONE_DAY, day_starts, supply_day_of
from bijlighar.people.values import Scope

FEED_LENGTH = 40
ROWS_LOOKED_AT = 20_000
"""Rows of each stream that the feed looks back over: newest first."""

MIDNIGHT_IS_READ_BY = timedelta(hours=2)
"""A meter that has not answered so long after midnight is called silent."""

_REACHED = "connection.transformer_id in (select node_id from reached)"
_COUNTED = "connection.transformer_id in (select node_id from counted)"
_WHICH: Mapping[HomesShown, str] = {
    HomesShown.ALL: _REACHED,
    HomesShown.LIT: f"{_REACHED} and supply.state in ('on', 'disconnecting')",
    HomesShown.DARK: f"{_REACHED} and supply.state in ('off', 'reconnecting')",
    HomesShown.SILENT: (
        f"{_REACHED} and installation.meter_id is not null and"
        " (contact.last_heard_at is null or contact.last_heard_at < %(heard_since)s)"
    ),
    HomesShown.BELOW_ZERO: f"{_REACHED} and {_COUNTED} and wallet.balance_paise < 0",
}
_ORDER: Mapping[HomesOrder, str] = {
    HomesOrder.NUMBER: "consumer.consumer_number",
    HomesOrder.NAME_EN: "lower(consumer.name_en), consumer.consumer_number",
    HomesOrder.NAME_HI: "consumer.name_hi, consumer.consumer_number",
    HomesOrder.BALANCE: (
        f"case when {_COUNTED} then wallet.balance_paise end, consumer.consumer_number"
    ),
    HomesOrder.LAST_HEARD: "contact.last_heard_at nulls first, consumer.consumer_number",
    HomesOrder.CHANGED: "supply.since desc nulls last, consumer.consumer_number",
}


def one_tile(connection_id: int, now: datetime) -> HomeTile:
    """The tile of one home, whoever asks."""
    return _tile(all_of("tiles", {"ids": [connection_id], "money": None})[0], now)


def tiles(
    *,
    scope: Scope,
    money: Scope,
    shown: HomesShown,
    order: HomesOrder,
    now: datetime,
    limit: int,
    offset: int,
) -> tuple[HomeTile, ...]:
    """One page of the homes of a scope."""
    asked = {
        "areas": scope.areas,
        "money": money.areas,
        "heard_since": heard_since(now),
        "limit": limit,
        "offset": offset,
    }
    page = chosen("tile_page", asked, which=_WHICH[shown], order=_ORDER[order])
    ids = [row["connection_id"] for row in page]
    found = all_of("tiles", {"ids": ids, "money": money.areas})
    return tuple(_tile(row, now) for row in found)


def figures(*, scope: Scope, money: Scope, now: datetime) -> TownFigures:
    """The homes of a scope counted, and their money where it may be seen."""
    areas = {"areas": scope.areas, "money": money.areas}
    counted = chosen("figures", {**areas, "heard_since": heard_since(now)})[0]
    moved = chosen("moved_since", {**areas, "since": day_starts(supply_day_of(now))})[0]
    return TownFigures(**counted, **moved)


def feed(*, scope: Scope, money: Scope) -> tuple[Happening, ...]:
    """The last things that happened in a scope, newest first."""
    found = chosen(
        "feed",
        {
            "areas": scope.areas,
            "money": money.areas,
            "limit": FEED_LENGTH,
            "looked_at": ROWS_LOOKED_AT,
        },
    )
    ids = sorted({row["connection_id"] for row in found})
    who = {row["connection_id"]: row for row in all_of("who", {"ids": ids})}
    return tuple(
        Happening(
            at=row["at"],
            kind=HappeningKind(row["kind"]),
            connection_id=row["connection_id"],
            consumer_number=who[row["connection_id"]]["consumer_number"],
            name=BothLanguages(
                en=who[row["connection_id"]]["name_en"],
                hi=who[row["connection_id"]]["name_hi"],
            ),
            amount_paise=row["amount_paise"],
            detail=row["detail"],
        )
        for row in found
        if row["connection_id"] in who
    )


def heard_since(now: datetime) -> datetime:
    """A meter that was not heard since then is called silent."""
    today = supply_day_of(now)
    midnight = day_starts(today)
    is_due = now >= midnight + MIDNIGHT_IS_READ_BY
    return midnight if is_due else day_starts(today - ONE_DAY)


def _tile(row: Mapping[str, Any], now: datetime) -> HomeTile:
    heard_at, through = row["last_heard_at"], row["charged_through"]
    is_heard = heard_at is not None and heard_at >= heard_since(now)
    open_days = (supply_day_of(now) - through).days - 1 if through else 0
    return HomeTile(
        connection_id=row["connection_id"],
        consumer_number=row["consumer_number"],
        name=BothLanguages(en=row["name_en"], hi=row["name_hi"]),
        shown=SupplyShown(row["state"]),
        command_failed=row["command_failed"],
        balance_paise=row["balance_paise"],
        last_recharge_paise=row["last_recharge_paise"],
        last_heard_at=heard_at,
        has_meter=row["has_meter"],
        is_silent=row["has_meter"] and not is_heard,
        open_days=max(open_days, 0),
        since=row["since"],
    )

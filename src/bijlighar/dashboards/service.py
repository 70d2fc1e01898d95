"""Questions that screens ask; nothing here writes.

Read across domains by SQL of their own (`sql/`): a picture is one look at many tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from bijlighar.connections import service as connections
from bijlighar.dashboards import _home
from bijlighar.dashboards.values import (
    BothLanguages,
    ChargePicture,
    Happening,
    HappeningKind,
    HomeChoice,
    HomePicture,
    HomeTile,
    Pulse,
    SupplyShown,
    TownPicture,
)
from bijlighar.headend import service as headend
from bijlighar.kernel.ist import ONE_DAY, day_starts, supply_day_of
from bijlighar.kernel.sql import rows, statement

FEED_LENGTH = 40
CHARGES_LOOKED_AT = 20_000
"""Deductions that the feed looks back over, at most: newest first."""

MIDNIGHT_IS_READ_BY = timedelta(hours=2)
"""A meter that has not answered so long after midnight is called silent."""


def home(*, consumer_number: str, now: datetime) -> HomePicture:
    """Everything on one consumer's page.

    Raises connections.UnknownConsumer where the number is not known.
    """
    known = connections.home_of(consumer_number=consumer_number)
    tile = _tiles(now, connection_id=known.connection_id)[0]
    return _home.picture(known, tile, now)


def charge_of(*, consumer_number: str, day: date) -> ChargePicture | None:
    """What one supply day cost, line by line; None while the day is open."""
    known = connections.home_of(consumer_number=consumer_number)
    return _home.charge(known.connection_id, day)


def town(*, now: datetime) -> TownPicture:
    """The whole town: every home's tile and the last things that happened."""
    homes = _tiles(now)
    money = _one("money_since", {"since": day_starts(supply_day_of(now))})
    lit = sum(tile.shown in (SupplyShown.ON, SupplyShown.DISCONNECTING) for tile in homes)
    return TownPicture(
        as_of=now,
        homes=homes,
        lit=lit,
        dark=len(homes) - lit,
        silent=sum(tile.is_silent for tile in homes),
        below_zero=sum(tile.balance_paise < 0 for tile in homes),
        wallets_paise=money["wallets_paise"],
        recharged_today_paise=money["recharged_paise"],
        charged_today_paise=money["charged_paise"],
        waiting_commands=headend.count_waiting(),
        feed=feed(),
    )


def feed(*, connection_id: int | None = None) -> tuple[Happening, ...]:
    """The last things that happened, newest first; in one home, or in the whole town."""
    found = _all(
        "feed", {"id": connection_id, "limit": FEED_LENGTH, "charges": CHARGES_LOOKED_AT}
    )
    return tuple(
        Happening(
            at=row["at"],
            kind=HappeningKind(row["kind"]),
            connection_id=row["connection_id"],
            consumer_number=row["consumer_number"],
            name=BothLanguages(en=row["name_en"], hi=row["name_hi"]),
            amount_paise=row["amount_paise"],
            detail=row["detail"],
        )
        for row in found
    )


def homes_to_pick(*, search: str = "") -> tuple[HomeChoice, ...]:
    """Homes by consumer number, for the demo's start page.

    `search` is a part of a name, in either language, or of a number.
    """
    wanted = search.strip().casefold()
    return tuple(
        HomeChoice(
            consumer_number=row["consumer_number"],
            name=BothLanguages(en=row["name_en"], hi=row["name_hi"]),
            balance_paise=row["balance_paise"],
            shown=SupplyShown(row["state"]),
        )
        for row in _all("tiles", {"ids": None})
        if wanted
        in f"{row['name_en']}\n{row['name_hi']}\n{row['consumer_number']}".casefold()
    )


def pulse() -> Pulse:
    """How far each stream of facts has grown."""
    return Pulse(**_one("pulse", {}))


def changed_since(*, before: Pulse) -> frozenset[int]:
    """The connections that anything happened to since `before`."""
    found = _all(
        "changed_since",
        {
            "entries": before.entries,
            "supply_changes": before.supply_changes,
            "notices": before.notices,
            "commands": before.commands,
            "blocks": before.blocks,
            "failed_commands": before.failed_commands,
        },
    )
    return frozenset(row["connection_id"] for row in found)


def _tiles(now: datetime, *, connection_id: int | None = None) -> tuple[HomeTile, ...]:
    ids = None if connection_id is None else [connection_id]
    return tuple(_tile(row, now) for row in _all("tiles", {"ids": ids}))


def _tile(row: Mapping[str, Any], now: datetime) -> HomeTile:
    today = supply_day_of(now)
    heard_at = row["last_heard_at"]
    midnight = day_starts(today)
    is_due = now >= midnight + MIDNIGHT_IS_READ_BY
    since = midnight if is_due else day_starts(today - ONE_DAY)
    return HomeTile(
        connection_id=row["connection_id"],
        consumer_number=row["consumer_number"],
        name=BothLanguages(en=row["name_en"], hi=row["name_hi"]),
        shown=SupplyShown(row["state"]),
        command_failed=row["command_failed"],
        balance_paise=row["balance_paise"],
        last_recharge_paise=row["last_recharge_paise"],
        last_heard_at=heard_at,
        is_silent=heard_at is None or heard_at < since,
        open_days=max((today - row["charged_through"]).days - 1, 0),
        since=row["since"],
    )


def _all(name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.dashboards", name), parameters)
        return rows(cursor)


def _one(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return _all(name, parameters)[0]

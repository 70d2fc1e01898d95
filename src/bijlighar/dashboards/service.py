"""Questions that screens ask; nothing here writes.

Read across domains by SQL of their own (`sql/`): a picture is one look at many tables.
What staff ask is asked for a scope, and the SQL itself holds to it by `grid_reach`; the
database's own row security stands behind that. What the demo's public pages ask has none.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from bijlighar.connections import service as connections
from bijlighar.dashboards import _api, _areas, _grid, _home, _search, _town
from bijlighar.dashboards._asking import all_of, one_of
from bijlighar.dashboards.values import (
    Area,
    BothLanguages,
    ChargePicture,
    Happening,
    HomeChoice,
    HomePicture,
    HomesOrder,
    HomesShown,
    HomeTile,
    Pulse,
    SupplyShown,
    TownFigures,
    TownPicture,
)
from bijlighar.people.values import Scope

FEED_LENGTH = _town.FEED_LENGTH
HOMES_A_PAGE = 60
SILENT_SHOWN = 30
HOMES_OF_A_DEMO = 2_000


def home(*, consumer_number: str, now: datetime) -> HomePicture:
    """Everything on one consumer's page.

    Raises connections.UnknownConsumer where the number is not known.
    """
    known = connections.home_of(consumer_number=consumer_number)
    shown = tile(connection_id=known.connection_id, now=now)
    return _home.picture(known, shown, now)


def charge_of(*, consumer_number: str, day: date) -> ChargePicture | None:
    """What one supply day cost, line by line; None while the day is open."""
    known = connections.home_of(consumer_number=consumer_number)
    return _home.charge(known.connection_id, day)


def town(
    *,
    scope: Scope,
    money: Scope,
    now: datetime,
    shown: HomesShown = HomesShown.ALL,
    order: HomesOrder = HomesOrder.NUMBER,
    limit: int = HOMES_A_PAGE,
    offset: int = 0,
) -> TownPicture:
    """A scope as it is now: figures, one page of homes, silent meters, what happened.

    `money` is where the reader may see balances and amounts. `limit` is one more than a
    page shows, which tells whether there is another.
    """
    return TownPicture(
        as_of=now,
        figures=figures(scope=scope, money=money, now=now),
        homes=_town.tiles(
            scope=scope,
            money=money,
            shown=shown,
            order=order,
            now=now,
            limit=limit,
            offset=offset,
        ),
        silent=_town.tiles(
            scope=scope,
            money=Scope(area_ids=frozenset()),
            shown=HomesShown.SILENT,
            order=HomesOrder.LAST_HEARD,
            now=now,
            limit=SILENT_SHOWN + 1,
            offset=0,
        ),
        feed=feed(scope=scope, money=money),
    )


def figures(*, scope: Scope, money: Scope, now: datetime) -> TownFigures:
    """The homes of a scope counted, and their money where it may be seen."""
    return _town.figures(scope=scope, money=money, now=now)


def any_within(*, scope: Scope, connection_ids: Collection[int]) -> bool:
    """Whether any of these connections lies in a scope."""
    ids = list(connection_ids)
    asked = {"ids": ids, "areas": scope.areas}
    return bool(ids) and bool(one_of("any_within", asked)["is_any"])


def area(*, node_id: int, scope: Scope, day: date) -> Area | None:
    """A node of the day's tree within a scope; None where it is not."""
    return _areas.one(node_id=node_id, scope=scope, day=day)


def areas_at_the_top(*, scope: Scope, day: date) -> tuple[Area, ...]:
    """The areas of a scope that lie in no other area of it."""
    return _areas.at_the_top(scope=scope, day=day)


def areas_below(*, node_id: int, scope: Scope, day: date) -> tuple[Area, ...]:
    """What hangs directly below a node, within a scope."""
    return _areas.below(node_id=node_id, scope=scope, day=day)


def areas_found(*, term: str, scope: Scope, day: date) -> tuple[Area, ...]:
    """Nodes of a scope by a part of their name or the beginning of their code."""
    return _areas.found(term=term, scope=scope, day=day)


def search(*, term: str, seen: Seen, day: date) -> Found:
    """Connections by number, meter, mobile or name, and the network by name or code."""
    return _search.search(term=term, seen=seen, day=day)


def tile(*, connection_id: int, now: datetime) -> HomeTile:
    """One home in short, for its own page and for stories; unscoped."""
    return _town.one_tile(connection_id, now)


def feed(*, scope: Scope, money: Scope) -> tuple[Happening, ...]:
    """The last things that happened in a scope, newest first."""
    return _town.feed(scope=scope, money=money)


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
        for row in all_of("picks", {"limit": HOMES_OF_A_DEMO})
        if wanted
        in f"{row['name_en']}\n{row['name_hi']}\n{row['consumer_number']}".casefold()
    )


def pulse() -> Pulse:
    """How far each stream of facts has grown."""
    return Pulse(**one_of("pulse", {}))


def changed_since(*, before: Pulse) -> frozenset[int]:
    """The connections that anything happened to since `before`."""
    found = all_of(
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


# What other systems ask over the API

connections_asked = _api.connections
registers_listed = _api.registers
meter_on = _api.meter_on
receipts_listed = _api.receipts
supply_changes_listed = _api.supply_changes
notices_listed = _api.notices

# The tree of any day with what hangs below it

grid_outline = _grid.outline
grid_node = _grid.one
grid_search = _grid.search
grid_report = _grid.report

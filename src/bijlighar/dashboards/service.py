"""Questions that screens ask; nothing here writes but kept questions and counted levels.

Read across domains by SQL of their own (`sql/`): a picture is one look at many tables.
What staff ask is asked for a scope, and the SQL itself holds to it by `grid_reach`; the
database's own row security stands behind that. What the demo's public pages ask has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime

from bijlighar.connections import service as connections
from bijlighar.dashboards import (
    _api,
    _areas,
    _connection,
    _grid,
    _home,
    _kyc,
    _listed,
    _payments,
    _saved,
    _search,
    _service_levels,
    _town,
    _use,
)
from bijlighar.dashboards._asking import all_of, one_of
from bijlighar.dashboards.values import (
    Area,
    BothLanguages,
    ChargePicture,
    ConnectionFilter,
    ConnectionHead,
    ConnectionRow,
    DayLine,
    Found,
    HalfHours,
    Happening,
    HomeChoice,
    HomePicture,
    HomesOrder,
    HomesShown,
    HomeTile,
    Pulse,
    SavedView,
    Seen,
    Sees,
    SupplyShown,
    Timeline,
    TimelineKind,
    TownFigures,
    TownPicture,
)
from bijlighar.people.values import Scope, Viewer

WrongCursor = _connection.WrongCursor
NameTaken = _saved.NameTaken
UnknownView = _saved.UnknownView
WrongView = _saved.WrongView
CONNECTION_SORTS = _listed.SORTS
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


def half_hours(*, connection_id: int, first: date, until: date) -> Iterator[HalfHours]:
    """Each day's half-hours in `[first, until)`, in order; of the meter that hung there."""
    return _use.half_hours(connection_id=connection_id, first=first, until=until)


def use_since(*, connection_id: int) -> date:
    """Since which supply day the use of a home is measured, whichever meter hung there."""
    return _use.use_since(connection_id=connection_id)


def day_lines(*, connection_id: int, first: date, until: date) -> tuple[DayLine, ...]:
    """The charged days in `[first, until)` as they hold now, head by head, in order."""
    return _use.day_lines(connection_id=connection_id, first=first, until=until)


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


def connection_head(
    *, consumer_number: str, viewer: Viewer, scope: Scope, now: datetime
) -> ConnectionHead:
    """The top of a connection's page, as far as the viewer may see it.

    Raises connections.UnknownConsumer, where it lies outside the scope just as well.
    """
    return _connection.head(
        consumer_number=consumer_number, viewer=viewer, scope=scope, now=now
    )


def timeline(
    *,
    of: ConnectionHead,
    kinds: Collection[TimelineKind],
    today: date,
    first: date | None = None,
    until: date | None = None,
    after: str = "",
) -> Timeline:
    """One page of what happened to a connection; `after` is the `older` of the one before.

    `first` and `until` are supply days, both included. Raises WrongCursor.
    """
    return _connection.timeline(
        of=of, kinds=kinds, first=first, until=until, after=after, today=today
    )


def visible_kinds(*, sees: Sees) -> frozenset[TimelineKind]:
    """What of a time line a reader may see."""
    return _connection.visible_kinds(sees)


def charge_shown(*, of: ConnectionHead, day: date) -> ChargePicture | None:
    """What a supply day cost, line by line; None while it is open or not to be seen."""
    return _connection.charge(of=of, day=day)


def connections_listed(
    *,
    scope: Scope,
    money: Scope,
    wanted: ConnectionFilter,
    sort: str,
    now: datetime,
    limit: int,
    offset: int,
) -> tuple[ConnectionRow, ...]:
    """One page of the connections of a scope; `sort` as CONNECTION_SORTS, `-` downwards."""
    return _listed.page_of(
        scope=scope,
        money=money,
        wanted=wanted,
        sort=sort,
        now=now,
        limit=limit,
        offset=offset,
    )


def every_connection_listed(
    *, scope: Scope, money: Scope, wanted: ConnectionFilter, sort: str, now: datetime
) -> Iterator[ConnectionRow]:
    """All of them, read a thousand at a time, for a file."""
    return _listed.every(scope=scope, money=money, wanted=wanted, sort=sort, now=now)


def views_of(*, viewer: Viewer, page: str) -> tuple[SavedView, ...]:
    """The questions to a page that somebody keeps, by name."""
    return _saved.of(viewer=viewer, page=page)


def keep_view(*, page: str, name: str, query: str, by: Viewer, now: datetime) -> int:
    """Keep a question to a page under a name. Raises WrongView, NameTaken."""
    return _saved.keep(page=page, name=name, query=query, by=by, now=now)


def rename_view(*, view_id: int, name: str, by: Viewer, now: datetime) -> SavedView:
    """Call a kept question otherwise. Raises UnknownView, WrongView, NameTaken."""
    return _saved.rename(view_id=view_id, name=name, by=by, now=now)


def end_view(*, view_id: int, by: Viewer, now: datetime) -> SavedView:
    """Keep a question no more. Raises UnknownView."""
    return _saved.end(view_id=view_id, by=by, now=now)


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
kyc_progress = _kyc.progress
payments_listed = _payments.listed
payments_total = _payments.total
payment_of_order = _payments.of_order

# How well meters are read, and how quickly commands are carried out

level_settings = _service_levels.level_settings
count_levels = _service_levels.count_levels
levels = _service_levels.levels
silent_meters = _service_levels.silent_meters
every_silent_meter = _service_levels.every_silent_meter

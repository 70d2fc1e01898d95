"""Everything about one connection: the top of its page, and its time line by pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings

from bijlighar.connections import service as connections
from bijlighar.dashboards import _areas, _home
from bijlighar.dashboards._asking import all_of, one_of
from bijlighar.dashboards._search import shown_mobile
from bijlighar.dashboards._town import heard_since
from bijlighar.dashboards.values import (
    BothLanguages,
    ChargePicture,
    ConnectionHead,
    ProtectionShown,
    Sees,
    SupplyShown,
    Timeline,
    TimelineItem,
    TimelineKind,
)
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import day_ends, day_starts, supply_day_of
from bijlighar.payments import service as payments
from bijlighar.people.values import Right, Scope, Viewer
from bijlighar.supply import service as supply

ITEMS_A_PAGE = 40
_EVER = datetime(1900, 1, 1, tzinfo=UTC)
_NEVER = datetime(9000, 1, 1, tzinfo=UTC)
_EVERY_ID = 2**62
_MONEY = frozenset({TimelineKind.CHARGE, TimelineKind.RECHARGE, TimelineKind.OPENING})


class WrongCursor(BijligharError):
    """The address does not name a point of a time line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a page of a time line begins: after this thing."""

    at: datetime
    kind: str
    key: int


def head(
    *, consumer_number: str, viewer: Viewer, scope: Scope, now: datetime
) -> ConnectionHead:
    """The top of a connection's page. Raises UnknownConsumer, outside the scope too."""
    today = supply_day_of(now)
    found = all_of(
        "connection", {"number": consumer_number, "areas": scope.areas, "day": today}
    )
    if not found:
        raise connections.UnknownConsumer("There is no such connection in these areas.")
    row = found[0]
    place = _areas.one(node_id=row["transformer_id"], scope=scope, day=today)
    assert place is not None, "a connection's transformer lies in the areas it was found in"
    over = {place.node_id, *(up.node_id for up in place.above)}
    return _head(row, place=place, sees=_sees(viewer, over), now=now)


def timeline(
    *,
    of: ConnectionHead,
    kinds: Collection[TimelineKind],
    first: date | None,
    until: date | None,
    after: str,
    today: date,
    limit: int = ITEMS_A_PAGE,
) -> Timeline:
    """One page of what happened to a connection, as far as the reader may see it.

    `first` and `until` are supply days, both included; `after` is the `older` of the page
    before. Raises WrongCursor.
    """
    wanted = frozenset(kinds) & visible_kinds(of.sees)
    begins = _point(after) if after else Point(at=_NEVER, kind="", key=0)
    if until is not None and day_ends(until) < begins.at:
        begins = Point(at=day_ends(until), kind="~", key=0)
    asked = {
        "id": of.connection_id,
        "source": str(of.connection_id),
        "kinds": sorted(kind.value for kind in wanted),
        "first": day_starts(first) if first else _EVER,
        "until": begins.at,
        "kind": begins.kind,
        "tie": begins.key,
        "today": today,
        "limit": limit + 1,
        **_ties(begins),
    }
    rows = all_of("timeline", asked)
    items = [_item(row, of.sees) for row in rows[:limit]]
    if of.balance_paise is not None and wanted >= _MONEY and not first and not until:
        moved = one_of("moved_after", asked)["moved_paise"]
        items = _with_balances(items, of.balance_paise - moved)
    return Timeline(
        items=tuple(items), older=_cursor(items[-1]) if len(rows) > limit else ""
    )


def charge(*, of: ConnectionHead, day: date) -> ChargePicture | None:
    """What one supply day cost, line by line; None while it is open or not to be seen."""
    return _home.charge(of.connection_id, day) if of.sees.money else None


def visible_kinds(sees: Sees) -> frozenset[TimelineKind]:
    """What of a time line a reader may see."""
    hidden: set[TimelineKind] = set()
    if not sees.money:
        hidden |= _MONEY
    if not sees.readings:
        hidden |= {TimelineKind.READING, TimelineKind.EVENT}
    if not sees.proposals:
        hidden.add(TimelineKind.PROPOSAL)
    if not sees.audit:
        hidden.add(TimelineKind.AUDIT)
    return frozenset(TimelineKind) - hidden


def _sees(viewer: Viewer, over: Collection[int]) -> Sees:
    """What a viewer's rights reach, of a place with all that lies above it."""

    def holds(right: Right) -> bool:
        return not viewer.scope(right).area_ids.isdisjoint(over)

    return Sees(
        contact=holds(Right.SEE_CONTACT),
        money=holds(Right.SEE_MONEY),
        readings=holds(Right.SEE_READINGS),
        proposals=holds(Right.SEE_PROPOSALS),
        audit=holds(Right.SEE_AUDIT),
    )


def _head(
    row: Mapping[str, Any], *, place: Any, sees: Sees, now: datetime
) -> ConnectionHead:
    heard_at = row["last_heard_at"]
    has_meter = row["meter_id"] is not None
    balance = row["balance_paise"]
    protections = connections.protections_on(
        connection_ids=[row["connection_id"]], now=now
    ).get(row["connection_id"], ())
    kept = ("last_recharge_paise", "last_recharge_at", "charged_through", "balance_as_of")
    return ConnectionHead(
        connection_id=row["connection_id"],
        consumer_number=row["consumer_number"],
        name=BothLanguages(en=row["name_en"], hi=row["name_hi"]),
        language=row["language"],
        mobile=shown_mobile(row["mobile"], is_whole=sees.contact),
        place=place,
        shown=SupplyShown(row["state"]),
        since=row["since"],
        command_failed=row["command_failed"],
        emergency_ends_at=row["emergency_ends_at"] if sees.money else None,
        balance_paise=balance if sees.money else None,
        to_pay_paise=_to_pay(balance) if sees.money and balance is not None else 0,
        **{name: row[name] if sees.money else None for name in kept},
        meter_serial=row["meter_serial"],
        installed_on=row["installed_on"],
        last_heard_at=heard_at,
        last_error=row["last_error"] or "",
        is_silent=has_meter and (heard_at is None or heard_at < heard_since(now)),
        category=row["category"],
        sanctioned_load_w=row["sanctioned_load_w"],
        payment_mode=row["payment_mode"],
        mode_since=row["mode_since"],
        protections=tuple(
            ProtectionShown(
                kind=one.kind.value,
                why=one.why,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
            )
            for one in protections
        ),
        sees=sees,
    )


def _to_pay(balance_paise: int) -> int:
    level = supply.money_needed_paise(policy_name=settings.BIJLIGHAR["supply_policy"])
    return payments.least_recharge_paise(balance_paise=balance_paise, level_paise=level)


def _ties(begins: Point) -> dict[str, int]:
    """For each kind, below which id a row of the same instant comes after the point."""
    kinds = ("event", "charge", "recharge", "supply", "relay", "notice", "audit")
    return {
        f"tie_{kind}": begins.key
        if kind == begins.kind
        else (_EVERY_ID if kind > begins.kind else -1)
        for kind in kinds
    }


def _item(row: Mapping[str, Any], sees: Sees) -> TimelineItem:
    kind = TimelineKind(row["kind"])
    amount, text, text_hi = row["amount_paise"], row["text"], row["text_hi"]
    if not sees.money and kind is TimelineKind.NOTICE:
        text = ""  # A notice may say a balance.
    return TimelineItem(
        at=row["at"],
        kind=kind,
        key=row["id"],
        day=row["day"],
        amount_paise=amount if sees.money else None,
        balance_paise=None,
        energy_wh=row["energy_wh"],
        register_wh=row["register_wh"],
        number=row["number"],
        what=row["what"],
        state=row["state"],
        text=text,
        text_hi=text_hi,
        who=row["who"],
        ends_at=row["ends_at"],
    )


def _with_balances(items: Sequence[TimelineItem], balance: int) -> list[TimelineItem]:
    """The balance after each change of it, walking back from the one after them all."""
    walked = []
    for item in items:
        if item.kind in _MONEY:
            walked.append(replace(item, balance_paise=balance))
            balance -= item.amount_paise or 0
        else:
            walked.append(item)
    return walked


def _cursor(item: TimelineItem) -> str:
    return f"{item.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}~{item.kind}~{item.key}"


def _point(after: str) -> Point:
    try:
        at, kind, key = after.split("~")
        return Point(
            at=datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC),
            kind=TimelineKind(kind).value,
            key=int(key) if len(key) < 19 else 0,
        )
    except ValueError as error:
        raise WrongCursor("This page of the time line does not exist.") from error

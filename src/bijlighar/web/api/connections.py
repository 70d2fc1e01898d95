"""Connections: looking for them, and one with its readings, supply and notices."""

from __future__ import annotations

from bijlighar.clock import clock
from bijlighar.connections.service import UnknownConsumer
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import (
    ConnectionAsked,
    ConnectionListed,
    NoticeListed,
    Seen,
    SupplyChangeListed,
)
from bijlighar.grid import service as grid
from bijlighar.kernel.energy import BLOCK_MINUTES
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Right
from bijlighar.readings import service as readings
from bijlighar.supply.values import SupplyState
from bijlighar.web.access import DeskRequest
from bijlighar.web.api import schemas
from bijlighar.web.api.cursors import USUAL_ROWS, Cursor, Limit, Page
from bijlighar.web.api.months import month_asked
from bijlighar.web.api.operation import reads
from bijlighar.web.api.words import ConsumerNumber, Day, Month, Number, Text

ONE = "/connections/{consumer_number}"
DIGITS_SHOWN = 4


@reads(
    "/connections",
    right=Right.SEE_CONNECTION,
    answer=schemas.Connections,
    tag="connections",
)
def connections(
    request: DeskRequest,
    q: Text = "",
    meter: Text = "",
    supply: SupplyState | None = None,
    below: Number = None,
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = "",
) -> schemas.Connections:
    """Connections by consumer number: `q` is how it begins, `meter` a whole serial."""
    if below is not None and not grid.is_within(scope=request.reach, node_id=below):
        raise grid.UnknownNode(f"There is no area {below} that you may see.")
    page: Page[ConnectionListed] = Page(
        cursor=cursor, limit=limit, of=("connections", q, meter, supply, below)
    )
    found = dashboards.connections_asked(
        asked=ConnectionAsked(
            limit=page.ask_for,
            number_begins=q,
            meter_serial=meter,
            supply_state=supply.value if supply else "",
            below_id=below,
            after=page.text,
        ),
        seen=_seen(request),
    )
    shown, following = page.cut(found, key=lambda row: row.consumer_number)
    return schemas.Connections(
        connections=[_connection(row) for row in shown], next_cursor=following
    )


@reads(ONE, right=Right.SEE_CONNECTION, answer=schemas.Connection, tag="connections")
def connection(request: DeskRequest, consumer_number: ConsumerNumber) -> schemas.Connection:
    """One connection."""
    return _connection(one(request, consumer_number))


@reads(
    f"{ONE}/readings",
    right=Right.SEE_READINGS,
    answer=schemas.Registers,
    tag="readings",
)
def registers(
    request: DeskRequest, consumer_number: ConsumerNumber, month: Month = None
) -> schemas.Registers:
    """The register at the end of each supply day of a month (by default the running)."""
    known = one(request, consumer_number)
    asked = month_asked(month, now=clock.now())
    return schemas.Registers(
        month=asked.name,
        readings=[
            schemas.Register.model_validate(row)
            for row in dashboards.registers_listed(
                connection_id=known.connection_id, first=asked.first, until=asked.until
            )
        ],
    )


@reads(f"{ONE}/blocks", right=Right.SEE_READINGS, answer=schemas.Blocks, tag="readings")
def blocks(
    request: DeskRequest, consumer_number: ConsumerNumber, day: Day = None
) -> schemas.Blocks:
    """The half-hours of a supply day (today by default), from 00:00 on."""
    known = one(request, consumer_number)
    on = day or supply_day_of(clock.now())
    meter_id = dashboards.meter_on(connection_id=known.connection_id, day=on)
    heard = () if meter_id is None else readings.blocks_of(meter_id=meter_id, day=on)
    return schemas.Blocks(day=on, block_minutes=BLOCK_MINUTES, energies_wh=list(heard))


@reads(
    f"{ONE}/supply-changes",
    right=Right.SEE_CONNECTION,
    answer=schemas.SupplyChanges,
    tag="connections",
)
def supply_changes(
    request: DeskRequest,
    consumer_number: ConsumerNumber,
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = "",
) -> schemas.SupplyChanges:
    """Each change of the supply, the newest first."""
    known = one(request, consumer_number)
    page: Page[SupplyChangeListed] = Page(
        cursor=cursor, limit=limit, of=("supply-changes", consumer_number)
    )
    found = dashboards.supply_changes_listed(
        connection_id=known.connection_id, before=page.number, limit=page.ask_for
    )
    shown, following = page.cut(found, key=lambda row: row.change_id)
    return schemas.SupplyChanges(
        supply_changes=[_change(row, shows_money=known.shows_money) for row in shown],
        next_cursor=following,
    )


@reads(
    f"{ONE}/notices",
    right=Right.SEE_CONNECTION,
    answer=schemas.Notices,
    tag="connections",
)
def notices(
    request: DeskRequest,
    consumer_number: ConsumerNumber,
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = "",
) -> schemas.Notices:
    """What the consumer was told, the newest first."""
    known = one(request, consumer_number)
    page: Page[NoticeListed] = Page(
        cursor=cursor, limit=limit, of=("notices", consumer_number)
    )
    found = dashboards.notices_listed(
        connection_id=known.connection_id, before=page.number, limit=page.ask_for
    )
    shown, following = page.cut(found, key=lambda row: row.notice_id)
    return schemas.Notices(
        notices=[_notice(row, shows_money=known.shows_money) for row in shown],
        next_cursor=following,
    )


def one(request: DeskRequest, consumer_number: str) -> ConnectionListed:
    """The connection that is asked for, in the areas of the request's right."""
    found = dashboards.connections_asked(
        asked=ConnectionAsked(limit=1, consumer_number=consumer_number),
        seen=_seen(request),
    )
    if not found:
        raise UnknownConsumer(f"There is no connection {consumer_number} in your areas.")
    return found[0]


def _seen(request: DeskRequest) -> Seen:
    return Seen(
        scope=request.reach,
        contact=request.viewer.scope(Right.SEE_CONTACT),
        money=request.viewer.scope(Right.SEE_MONEY),
    )


def _connection(row: ConnectionListed) -> schemas.Connection:
    return schemas.Connection(
        consumer_number=row.consumer_number,
        name=schemas.BothNames(en=row.name_en, hi=row.name_hi),
        language=row.language,
        mobile=row.mobile if row.shows_contact else masked(row.mobile),
        mobile_is_masked=not row.shows_contact,
        area_id=row.transformer_id,
        area_code=row.transformer_code,
        meter_serial=row.meter_serial,
        installed_on=row.installed_on,
        category=row.category,
        sanctioned_load_w=row.sanctioned_load_w,
        payment_mode=row.payment_mode,
        supply_state=row.supply_state,
        supply_since=row.supply_since,
        balance_paise=row.balance_paise if row.shows_money else None,
        balance_as_of=row.balance_as_of if row.shows_money else None,
    )


def masked(mobile: str) -> str:
    """A mobile number of which only the last digits are shown."""
    return "X" * (len(mobile) - DIGITS_SHOWN) + mobile[-DIGITS_SHOWN:]


def _change(row: SupplyChangeListed, *, shows_money: bool) -> schemas.SupplyChange:
    return schemas.SupplyChange(
        change_id=row.change_id,
        event=row.event,
        state_before=row.state_before,
        state_after=row.state_after,
        at=row.at,
        because=row.because if shows_money else None,
        balance_paise=row.balance_paise if shows_money else None,
        balance_as_of=row.balance_as_of if shows_money else None,
        policy=row.policy,
    )


def _notice(row: NoticeListed, *, shows_money: bool) -> schemas.Notice:
    return schemas.Notice(
        notice_id=row.notice_id,
        kind=row.kind,
        language=row.language,
        text=row.text if shows_money else None,
        state=row.state,
        at=row.at,
        sent_at=row.sent_at,
    )

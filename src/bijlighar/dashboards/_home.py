"""One home's picture, put together from what each domain answers."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection

from bijlighar.charges import service as charges
from bijlighar.charges.values import DayExplained
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.dashboards.values import (
    BothLanguages,
    ChargeLine,
    ChargePicture,
    DayOfUse,
    HomePicture,
    HomeTile,
    NoticeShown,
    SupplyPicture,
)
from bijlighar.kernel.energy import BLOCK_MINUTES
from bijlighar.kernel.ist import day_ends, day_starts, supply_day_of
from bijlighar.kernel.sql import rows, statement
from bijlighar.ledger import service as ledger
from bijlighar.notices import service as notices
from bijlighar.payments import service as payments
from bijlighar.readings import service as readings
from bijlighar.supply import service as supply

DAYS_SHOWN = timedelta(days=30)
NOTICES_SHOWN = 12


def picture(home: Home, tile: HomeTile, now: datetime) -> HomePicture:
    """Everything on one consumer's page."""
    i, today = home.connection_id, supply_day_of(now)
    balance = ledger.balances_of(owner_ids=[i])[i]
    facts = connections.facts_on(connection_ids=[i], day=today)[i]
    last = payments.last_recharges(connection_ids=[i]).get(i)
    charged_through = charges.charged_through(connection_ids=[i]).get(i)
    blocks = readings.blocks_of(meter_id=home.meter_id, day=today)
    heard = [block for block in blocks if block is not None]
    return HomePicture(
        connection_id=i,
        consumer_number=home.consumer_number,
        name=BothLanguages(en=home.name_en, hi=home.name_hi),
        language=home.language,
        category=facts.category,
        sanctioned_load_w=facts.sanctioned_load_w,
        meter_serial=home.meter_serial,
        balance_paise=balance.balance_paise,
        balance_as_of=balance.as_of,
        charged_through=charged_through,
        last_recharge_paise=last.amount_paise if last else None,
        last_recharge_at=last.credited_at if last else None,
        supply=_supply(tile, balance.balance_paise),
        today=today,
        today_wh=sum(heard) if heard else None,
        today_as_of=_heard_until(blocks, today),
        today_blocks_wh=blocks,
        days=_days(i, today),
        yesterday=charge(i, charged_through) if charged_through else None,
        notices=_notices(i),
        last_heard_at=tile.last_heard_at,
        is_silent=tile.is_silent,
    )


def charge(connection_id: int, day: date) -> ChargePicture | None:
    """What one supply day cost, line by line; None while the day is open."""
    explained = charges.explain_day(connection_id=connection_id, day=day)
    if explained is None:
        return None
    return ChargePicture(
        day=explained.day,
        energy_wh=explained.energy_wh,
        opening_register_wh=explained.opening_register_wh,
        closing_register_wh=explained.closing_register_wh,
        month_energy_wh=explained.month_energy_wh,
        lines=tuple(
            ChargeLine(
                head=line.head,
                text=BothLanguages(en=line.text_en, hi=line.text_hi),
                amount_paise=line.amount_paise,
                source=line.source,
            )
            for line in explained.lines
        ),
        total_paise=explained.total_paise,
        balance_after_paise=_balance_after(explained),
        is_estimated=explained.is_estimated,
        order_name=BothLanguages(en=explained.order_name_en, hi=explained.order_name_hi),
        charged_at=explained.charged_at,
    )


def _supply(tile: HomeTile, balance_paise: int) -> SupplyPicture:
    now_is = supply.state_of(connection_id=tile.connection_id)
    assert tile.since is not None, "a supply that has a state has a beginning"
    return SupplyPicture(
        shown=tile.shown,
        since=tile.since,
        command_failed=tile.command_failed,
        emergency_ends_at=now_is.emergency_ends_at,
        to_pay_paise=_to_pay(balance_paise),
    )


def _to_pay(balance_paise: int) -> int:
    level = supply.money_needed_paise(policy_name=settings.BIJLIGHAR["supply_policy"])
    return payments.least_recharge_paise(balance_paise=balance_paise, level_paise=level)


def _heard_until(blocks: tuple[int | None, ...], today: date) -> datetime | None:
    """The end of the last half-hour of today that was heard."""
    last = max(
        (index for index, block in enumerate(blocks) if block is not None), default=-1
    )
    return (
        day_starts(today) + timedelta(minutes=BLOCK_MINUTES) * (last + 1)
        if last >= 0
        else None
    )


def _days(connection_id: int, today: date) -> tuple[DayOfUse, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.dashboards", "days_of_use"),
            {"id": connection_id, "first": today - DAYS_SHOWN, "until": today},
        )
        return tuple(DayOfUse(**row) for row in rows(cursor))


def _notices(connection_id: int) -> tuple[NoticeShown, ...]:
    return tuple(
        NoticeShown(
            notice_id=one.notice_id,
            at=one.at,
            kind=one.kind,
            text=one.text,
            language=one.language,
            state=one.state,
        )
        for one in notices.recent(limit=NOTICES_SHOWN, connection_id=connection_id)
    )


def _balance_after(explained: DayExplained) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.dashboards", "balance_after"),
            {
                "id": explained.connection_id,
                "charged_at": explained.charged_at,
                "day_ends": day_ends(explained.day),
                "reasons": [charges.REASON, charges.CORRECTION],
            },
        )
        return int(rows(cursor)[0]["balance_paise"])

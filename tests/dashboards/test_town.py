"""The picture of an area: counted, filtered, sorted, paged, and told as a feed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from bijlighar.charges import service as charges
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import (
    HappeningKind,
    HomesOrder,
    HomesShown,
    SupplyShown,
)
from bijlighar.headend import service as headend
from bijlighar.headend.values import RelayWanted
from bijlighar.ledger import service as ledger
from bijlighar.supply import service as supply
from tests.cast import hear
from tests.dashboards.small_town import (
    APRIL_1,
    MINUTE,
    NOON,
    NOWHERE,
    area,
    feed,
    give_up,
    look,
    open_relay,
    queue,
    recharge,
    register,
    spend,
)

pytestmark = pytest.mark.django_db


# The town


def test_the_town_is_counted(town, settings):
    asha, balram, chanda, dev = town
    open_relay(balram)
    spend(balram, 700_00)
    for home in (asha, balram, chanda):
        headend.heard(meter_counters={home.meter_id: 5}, now=NOON)
    register(asha)
    charges.close_days(connection_ids=[asha.connection_id], now=NOON)
    recharge(dev, 300, settings)
    queue(balram, RelayWanted.CLOSED)
    shown = look()
    counted = shown.figures
    assert [one.name.en for one in shown.homes] == ["Asha", "Balram", "Chanda", "Dev"]
    assert [one.name.en for one in shown.silent] == ["Dev"]
    assert (counted.homes, counted.lit, counted.dark) == (4, 3, 1)
    assert (counted.silent, counted.below_zero) == (1, 1)
    assert counted.wallets_paise == ledger.wallets_paise()
    assert counted.recharged_paise == 300_00
    charged = charges.totals(first=APRIL_1, until=date(2026, 4, 2))[1]
    assert counted.charged_paise == charged > 0
    assert counted.waiting_commands == 1
    tomorrow = look(now=NOON + timedelta(days=1)).figures
    assert (tomorrow.recharged_paise, tomorrow.charged_paise) == (0, 0)


def test_an_empty_town_can_be_looked_at(db):
    shown = look()
    assert (shown.homes, shown.feed, shown.figures.wallets_paise) == ((), (), 0)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("NDVN", ["Asha", "Balram", "Chanda", "Dev"]),
        ("SD1", ["Asha", "Balram", "Chanda"]),
        ("F1", ["Asha", "Balram"]),
        ("T4", ["Dev"]),
        ("D2", []),
    ],
)
def test_an_area_shows_its_own_homes_and_counts_them_only(town, code, names):
    shown = look(code)
    assert [one.name.en for one in shown.homes] == names
    assert shown.figures.homes == len(names)
    assert shown.figures.wallets_paise == 500_00 * len(names)


def test_money_is_shown_only_where_the_right_to_it_reaches(town, settings):
    asha, balram, chanda, _ = town
    spend(balram, 600_00)
    spend(chanda, 600_00)
    recharge(asha, 100, settings)
    recharge(chanda, 100, settings)
    shown = dashboards.town(scope=area("SD1"), money=area("F1"), now=NOON)
    balances = {one.name.en: one.balance_paise for one in shown.homes}
    assert balances == {"Asha": 600_00, "Balram": -100_00, "Chanda": None}
    assert (shown.figures.below_zero, shown.figures.recharged_paise) == (1, 100_00)
    assert shown.figures.wallets_paise == 500_00
    told = {(one.kind, one.name.en) for one in shown.feed}
    assert told == {(HappeningKind.RECHARGED, "Asha")}
    below = dashboards.town(
        scope=area("SD1"), money=area("F1"), now=NOON, shown=HomesShown.BELOW_ZERO
    )
    assert [one.name.en for one in below.homes] == ["Balram"]
    none = dashboards.town(scope=area("SD1"), money=NOWHERE, now=NOON)
    assert (none.feed, none.figures.wallets_paise, none.figures.below_zero) == ((), 0, 0)


@pytest.mark.parametrize(
    ("shown", "names"),
    [
        (HomesShown.LIT, ["Asha", "Chanda", "Dev"]),
        (HomesShown.DARK, ["Balram"]),
        (HomesShown.SILENT, ["Balram", "Chanda", "Dev"]),
        (HomesShown.BELOW_ZERO, ["Balram"]),
    ],
)
def test_each_filter_shows_its_homes(town, shown, names):
    open_relay(town[1])
    spend(town[1], 600_00)
    headend.heard(meter_counters={town[0].meter_id: 5}, now=NOON)
    assert [one.name.en for one in look(shown=shown).homes] == names


@pytest.mark.parametrize(
    ("order", "first"),
    [
        (HomesOrder.NAME_EN, "Asha"),
        (HomesOrder.NAME_HI, "Asha"),
        (HomesOrder.BALANCE, "Balram"),
        (HomesOrder.LAST_HEARD, "Balram"),
        (HomesOrder.CHANGED, "Chanda"),
    ],
)
def test_each_order_puts_first_what_matters(town, order, first):
    spend(town[1], 600_00)
    headend.heard(meter_counters={town[0].meter_id: 5}, now=NOON)
    open_relay(town[2], NOON + MINUTE)
    assert look(order=order).homes[0].name.en == first


def test_homes_come_a_page_at_a_time(town):
    assert [one.name.en for one in look(limit=2).homes] == ["Asha", "Balram"]
    assert [one.name.en for one in look(limit=2, offset=3).homes] == ["Dev"]


def test_a_home_without_a_meter_is_neither_silent_nor_forgotten(town):
    asha = town[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "update connections_installation set removed_on = installed_on"
            " where connection_id = %s",
            [asha.connection_id],
        )
        cursor.execute(
            "delete from supply_supply where connection_id = %s", [asha.connection_id]
        )
    shown = look()
    (found,) = (one for one in shown.homes if one.name.en == "Asha")
    assert (found.has_meter, found.is_silent, found.shown) == (
        False,
        False,
        SupplyShown.UNKNOWN,
    )
    assert (shown.figures.homes, shown.figures.lit, shown.figures.dark) == (4, 3, 0)


def test_what_concerns_an_area_is_told_apart(town):
    ids = [home.connection_id for home in town]
    assert dashboards.any_within(scope=area("T4"), connection_ids=ids)
    assert not dashboards.any_within(scope=area("T4"), connection_ids=ids[:3])
    assert not dashboards.any_within(scope=area("T4"), connection_ids=[])
    assert not dashboards.any_within(scope=NOWHERE, connection_ids=ids)


# The feed


def test_the_feed_tells_what_happened_newest_first(town, settings):
    asha, balram = town[:2]
    open_relay(balram, NOON)
    recharge(asha, 300, settings, NOON + MINUTE)
    register(asha)
    charges.close_days(connection_ids=[asha.connection_id], now=NOON + 2 * MINUTE)
    supply.read_back(
        connection_id=balram.connection_id,
        is_closed=True,
        because="a test",
        now=NOON + 3 * MINUTE,
    )
    told = [(one.kind, one.name.en) for one in feed()]
    assert told == [
        (HappeningKind.RECONNECTED, "Balram"),
        (HappeningKind.CHARGED, "Asha"),
        (HappeningKind.RECHARGED, "Asha"),
        (HappeningKind.DISCONNECTED, "Balram"),
    ]
    of_asha = feed("T1")
    assert [one.kind for one in of_asha] == [HappeningKind.CHARGED, HappeningKind.RECHARGED]
    assert of_asha[1].amount_paise == 300_00
    assert [one.kind for one in feed("NDVN", "D2")] == [
        HappeningKind.RECONNECTED,
        HappeningKind.DISCONNECTED,
    ]


def test_the_feed_tells_a_nights_deductions_as_one_line(town):
    for home in town[:2]:
        hear(
            home,
            {
                APRIL_1: home.initial_register_wh + 5_000,
                date(2026, 4, 2): home.initial_register_wh + 8_000,
            },
            now=NOON,
        )
    ids = [home.connection_id for home in town[:2]]
    charges.close_days(connection_ids=ids, now=NOON)
    total = charges.totals(first=APRIL_1, until=date(2026, 4, 3))[1]
    (night,) = feed()
    assert (night.kind, night.amount_paise, night.detail) == (
        HappeningKind.CHARGED,
        total,
        "2",
    )


def test_a_relay_that_was_given_up_is_in_the_feed_with_its_reason(town):
    give_up(queue(town[0]))
    (failed,) = feed()
    assert (failed.kind, failed.detail) == (HappeningKind.RELAY_FAILED, "no answer")


def test_the_feed_is_cut_at_its_length_and_keeps_the_newest(town):
    for number in range(dashboards.FEED_LENGTH // 2 + 3):
        now = NOON + number * MINUTE
        open_relay(town[0], now)
        supply.read_back(
            connection_id=town[0].connection_id, is_closed=True, because="a test", now=now
        )
    told = feed()
    assert len(told) == dashboards.FEED_LENGTH
    assert [one.at for one in told] == sorted((one.at for one in told), reverse=True)
    assert told[0].at == now
    assert told[0].kind is HappeningKind.RECONNECTED

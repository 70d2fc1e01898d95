"""Pictures over all: what they show, and that every change is noticed."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, timedelta

import pytest

from bijlighar.charges import service as charges
from bijlighar.connections import service as connections
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import (
    Pulse,
    SupplyShown,
)
from bijlighar.headend import service as headend
from bijlighar.headend.values import RelayWanted
from bijlighar.kernel.ist import IST
from bijlighar.payments import service as payments
from tests.cast import hear
from tests.dashboards.small_town import (
    APRIL_1,
    MINUTE,
    NOON,
    give_up,
    half_hour,
    look,
    open_relay,
    picture,
    queue,
    recharge,
    register,
    spend,
    tell,
    tile,
)

pytestmark = pytest.mark.django_db


# Every change is noticed


STREAMS = {
    "entries": lambda home: spend(home, 1),
    "supply_changes": open_relay,
    "notices": tell,
    "commands": queue,
    "blocks": half_hour,
    "registers": register,
}


@pytest.mark.parametrize("stream", STREAMS)
def test_the_pulse_of_a_stream_grows_with_it_and_of_no_other(town, stream):
    before = dashboards.pulse()
    STREAMS[stream](town[1])
    after = dashboards.pulse()
    grown = [
        one.name
        for one in fields(Pulse)
        if getattr(after, one.name) > getattr(before, one.name)
    ]
    assert grown == [stream]


@pytest.mark.parametrize("stream", [name for name in STREAMS if name != "registers"])
def test_a_home_to_which_something_happened_is_told_apart_from_the_others(town, stream):
    STREAMS[stream](town[0])
    before = dashboards.pulse()
    assert dashboards.changed_since(before=before) == frozenset()
    STREAMS[stream](town[1])
    assert dashboards.changed_since(before=before) == {town[1].connection_id}


def test_when_nothing_happens_the_pulse_stays(town):
    before = dashboards.pulse()
    picture(town[0])
    look()
    assert dashboards.pulse() == before


def test_a_command_given_up_is_noticed_though_it_makes_no_new_row(town):
    command_id = queue(town[1])
    before = dashboards.pulse()
    give_up(command_id)
    assert dashboards.pulse() != before
    assert dashboards.changed_since(before=before) == {town[1].connection_id}


def test_a_command_that_is_shown_as_failed_no_more_is_noticed_too(town):
    command_id = queue(town[1], RelayWanted.CLOSED)
    give_up(command_id)
    before = dashboards.pulse()
    headend.claim(
        commands=[headend.command_of(command_id=command_id)], claimed_by=1, now=NOON
    )
    headend.confirmed(command_id=command_id, now=NOON)
    assert dashboards.pulse() != before
    assert dashboards.changed_since(before=before) == {town[1].connection_id}


def test_a_command_queued_while_others_are_given_up_is_not_overlooked(town):
    give_up(queue(town[0]))
    give_up(queue(town[2]))
    before = dashboards.pulse()
    queue(town[1])
    assert town[1].connection_id in dashboards.changed_since(before=before)


# Homes to pick


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["Asha", "Balram", "Chanda", "Dev"]),
        ("  ", ["Asha", "Balram", "Chanda", "Dev"]),
        ("asha", ["Asha"]),
        (" ASHA ", ["Asha"]),
        ("आशा", ["Asha"]),
        ("अस्पताल", ["Chanda"]),
        ("देव", ["Asha", "Dev"]),
        ("7310000002", ["Balram"]),
        ("0003", ["Chanda"]),
        ("nobody", []),
        ("%", []),
        ("_", []),
        ("\n", ["Asha", "Balram", "Chanda", "Dev"]),
    ],
)
def test_homes_are_found_by_name_in_either_script_and_by_number(town, search, found):
    assert [one.name.en for one in dashboards.homes_to_pick(search=search)] == found


def test_a_home_to_pick_shows_balance_and_light(town):
    open_relay(town[0])
    spend(town[0], 600_00)
    first, second, *_ = dashboards.homes_to_pick()
    assert (first.balance_paise, first.shown) == (-100_00, SupplyShown.OFF)
    assert (second.balance_paise, second.shown) == (500_00, SupplyShown.ON)


# One home


@pytest.mark.parametrize(
    ("balance_paise", "to_pay_paise"),
    [
        (500_00, 0),
        (1, 0),
        (0, 10_00),
        (-1, 10_00),
        (-9_99, 10_00),
        (-10_00, 11_00),
        (-9_00, 10_00),
        (-123_45, 124_00),
        (-123_00, 124_00),
        (-1_23_456_78, 1_23_457_00),
    ],
)
def test_to_pay_is_the_least_whole_recharge_that_leaves_something(
    town, balance_paise, to_pay_paise
):
    if balance_paise != 500_00:
        spend(town[0], 500_00 - balance_paise)
    assert picture(town[0]).supply.to_pay_paise == to_pay_paise
    if to_pay_paise:
        assert balance_paise + to_pay_paise > 0
        assert to_pay_paise >= payments.LEAST_PAISE
        assert to_pay_paise % 100 == 0


def test_an_unknown_home_has_no_picture(town):
    with pytest.raises(connections.UnknownConsumer):
        dashboards.home(consumer_number="7310009999", now=NOON)
    with pytest.raises(connections.UnknownConsumer):
        dashboards.charge_of(consumer_number="7310009999", day=APRIL_1)


def test_a_new_home_is_shown_with_nothing_invented(town):
    shown = picture(town[0])
    assert (shown.balance_paise, shown.language) == (500_00, "hi")
    assert (shown.charged_through, shown.yesterday) == (None, None)
    assert (shown.today_wh, shown.today_as_of) == (None, None)
    assert (shown.last_recharge_paise, shown.last_heard_at) == (None, None)
    assert shown.today_blocks_wh == (None,) * 48
    assert shown.is_silent
    assert [day.day for day in shown.days] == [
        APRIL_1 + timedelta(days=number) for number in range(6)
    ], "before its meter was there, no day is open"
    assert {(day.energy_wh, day.charge_paise) for day in shown.days} == {(None, None)}


def test_a_day_is_shown_with_its_lines_and_the_balance_right_after_it(town, settings):
    asha = town[0]
    hear(asha, {APRIL_1: 105_000, date(2026, 4, 2): 108_000}, now=NOON)
    charges.close_days(connection_ids=[asha.connection_id], now=NOON)
    recharge(asha, 200, settings, now=NOON + MINUTE)
    shown = [
        dashboards.charge_of(consumer_number=asha.consumer_number, day=day)
        for day in (APRIL_1, date(2026, 4, 2), date(2026, 4, 3))
    ]
    assert shown[2] is None
    assert shown[0].balance_after_paise == 500_00 - shown[0].total_paise
    after = shown[0].balance_after_paise - shown[1].total_paise
    assert shown[1].balance_after_paise == after
    assert sum(line.amount_paise for line in shown[1].lines) == shown[1].total_paise
    now_shown = picture(asha)
    assert now_shown.balance_paise == after + 200_00
    assert now_shown.yesterday == shown[1]
    assert (now_shown.last_recharge_paise, now_shown.last_recharge_at) == (
        200_00,
        NOON + MINUTE,
    )
    used = {day.day: (day.energy_wh, day.charge_paise) for day in now_shown.days}
    assert used[APRIL_1] == (5_000, shown[0].total_paise)
    recharged = {
        day.day: day.recharged_paise for day in picture(asha, NOON + timedelta(1)).days
    }
    assert recharged[NOON.date()] == 200_00
    assert sum(recharged.values()) == 200_00


def test_today_is_shown_as_far_as_it_was_heard(town):
    half_hour(town[0])
    shown = picture(town[0])
    assert (shown.today_wh, shown.today_blocks_wh[:3]) == (30, (10, 20, None))
    assert shown.today_as_of == datetime(2026, 4, 7, 1, 0, tzinfo=IST)


@pytest.mark.parametrize(
    ("heard", "now", "is_silent"),
    [
        ("2026-04-06 00:10", "2026-04-07 01:59", False),
        ("2026-04-06 23:59", "2026-04-07 02:00", True),
        ("2026-04-07 00:00", "2026-04-07 02:00", False),
        ("2026-04-05 23:59", "2026-04-07 01:59", True),
    ],
)
def test_a_meter_is_silent_when_its_midnight_has_not_been_heard_by_two(
    town, heard, now, is_silent
):
    at, now = (datetime.fromisoformat(one).replace(tzinfo=IST) for one in (heard, now))
    headend.heard(meter_counters={town[0].meter_id: 5}, now=at)
    assert tile(town[0], now).is_silent is is_silent
    assert picture(town[0], now).is_silent is is_silent


def test_days_that_wait_for_their_register_are_counted(town):
    assert tile(town[0]).open_days == 6
    register(town[0])
    charges.close_days(connection_ids=[town[0].connection_id], now=NOON)
    assert tile(town[0]).open_days == 5
    assert tile(town[0], datetime(2026, 4, 2, 12, 0, tzinfo=IST)).open_days == 0


def test_a_relay_that_was_given_up_shows_until_the_next_command(town):
    asha = town[0]
    give_up(queue(asha))
    assert tile(asha).command_failed
    assert picture(asha).supply.command_failed
    queue(asha, RelayWanted.CLOSED, "b")
    assert not tile(asha).command_failed

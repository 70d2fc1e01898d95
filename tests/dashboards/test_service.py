"""Pictures over all: what they show, and that every change is noticed."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, timedelta

import pytest

from bijlighar.charges import service as charges
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import HappeningKind, Pulse, SupplyShown
from bijlighar.headend import service as headend
from bijlighar.headend.rules import MOST_ATTEMPTS
from bijlighar.headend.values import NewCommand, RelayWanted
from bijlighar.kernel.ist import IST
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book, BookOf, NewEntry, NewTransfer, WalletOf
from bijlighar.notices import service as notices
from bijlighar.notices.values import NewNotice, NoticeKind
from bijlighar.payments import service as payments
from bijlighar.payments.values import Captured
from bijlighar.readings.values import Blocks
from bijlighar.supply import service as supply
from tests.cast import connect, hear
from tests.local_http import local_server

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 4, 7, 12, 0, tzinfo=IST)
MINUTE = timedelta(minutes=1)
APRIL_1 = date(2026, 4, 1)


@pytest.fixture
def town(db: None) -> tuple[Home, ...]:
    """Asha, Balram, Chanda and Dev, each with 500 rupees."""
    return connect("Asha", "Balram", "Chanda", "Dev")


def spend(home: Home, amount_paise: int, now: datetime = NOON) -> None:
    """Take money out of a wallet, or put it in, by an entry of the test's own."""
    wallet = WalletOf(owner_id=home.connection_id)
    book = BookOf(book=Book.REVENUE, head="test")
    debit, credit = (wallet, book) if amount_paise > 0 else (book, wallet)
    moved = NewTransfer(
        debit=debit, credit=credit, head="test", amount_paise=abs(amount_paise)
    )
    source = f"{home.connection_id} {ledger.count_transfers()}"
    entry = NewEntry(reason="test", source=source, effective_at=now, transfers=(moved,))
    ledger.post(entries=[entry], now=now)


def queue(home: Home, wanted: RelayWanted = RelayWanted.OPEN, source: str = "a") -> int:
    command = NewCommand(
        meter_id=home.meter_id,
        connection_id=home.connection_id,
        wanted=wanted,
        source=f"{home.connection_id} {source}",
    )
    headend.queue(new=command, now=NOON)
    (found,) = (
        one
        for one in headend.due_commands(now=NOON, limit=9, own=1, in_flight=[])
        if one.connection_id == home.connection_id
    )
    return found.command_id


def give_up(command_id: int) -> None:
    """Every attempt at a command brings no answer."""
    for _ in range(MOST_ATTEMPTS):
        headend.claim(command_ids=[command_id], claimed_by=1, now=NOON)
        headend.unconfirmed(command_id=command_id, error="no answer", now=NOON)


def tell(home: Home) -> None:
    notice = NewNotice(
        kind=NoticeKind.RECONNECTED,
        source=f"{home.connection_id} {notices.count()}",
        connection_id=home.connection_id,
        consumer_number=home.consumer_number,
        mobile=home.mobile,
        language="hi",
        parameters={"consumer_number": home.consumer_number, "balance": "1.00"},
    )
    notices.queue(notices=[notice], now=NOON)


def open_relay(home: Home, now: datetime = NOON) -> None:
    supply.read_back(
        connection_id=home.connection_id, is_closed=False, because="a test", now=now
    )


def half_hour(home: Home) -> None:
    run = Blocks(
        meter_id=home.meter_id, day=NOON.date(), first_block=0, energies_wh=(10, 20)
    )
    hear(home, {}, now=NOON, blocks=(run,))


def register(home: Home) -> None:
    hear(home, {APRIL_1: home.initial_register_wh + 5_000}, now=NOON)


def recharge(home: Home, rupees: int, settings, now: datetime = NOON) -> None:
    with local_server() as gateway:
        gateway.body = b'{"id": "order_%d", "pay_url": "http://127.0.0.1/"}' % (
            ledger.count_transfers()
        )
        settings.BIJLIGHAR = {**settings.BIJLIGHAR, "gateway_url": gateway.url}
        started = payments.start(
            connection_id=home.connection_id,
            consumer_number=home.consumer_number,
            amount_paise=rupees * 100,
            return_url="http://127.0.0.1/",
            now=now,
        )
    captured = Captured(
        gateway="pretend",
        gateway_payment_id=f"pay of {started.gateway_order_id}",
        gateway_order_id=started.gateway_order_id,
        amount_paise=rupees * 100,
        captured_at=now,
    )
    payments.credit(captured=captured, now=now)


def picture(home: Home, now: datetime = NOON):
    return dashboards.home(consumer_number=home.consumer_number, now=now)


def tile(home: Home, now: datetime = NOON):
    return next(
        one
        for one in dashboards.town(now=now).homes
        if one.connection_id == home.connection_id
    )


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
    dashboards.town(now=NOON)
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
    headend.claim(command_ids=[command_id], claimed_by=1, now=NOON)
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
        NOON.date() - timedelta(days=number) for number in range(30, 0, -1)
    ]
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
    shown = dashboards.town(now=NOON)
    assert [one.name.en for one in shown.homes] == ["Asha", "Balram", "Chanda", "Dev"]
    assert (shown.lit, shown.dark, shown.silent, shown.below_zero) == (3, 1, 1, 1)
    assert shown.wallets_paise == ledger.wallets_paise()
    assert shown.recharged_today_paise == 300_00
    charged = charges.totals(first=APRIL_1, until=date(2026, 4, 2))[1]
    assert shown.charged_today_paise == charged > 0
    assert shown.waiting_commands == 1
    tomorrow = dashboards.town(now=NOON + timedelta(days=1))
    assert (tomorrow.recharged_today_paise, tomorrow.charged_today_paise) == (0, 0)


def test_an_empty_town_can_be_looked_at(db):
    shown = dashboards.town(now=NOON)
    assert (shown.homes, shown.feed, shown.wallets_paise) == ((), (), 0)


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
    told = [(one.kind, one.name.en) for one in dashboards.feed()]
    assert told == [
        (HappeningKind.RECONNECTED, "Balram"),
        (HappeningKind.CHARGED, "Asha"),
        (HappeningKind.RECHARGED, "Asha"),
        (HappeningKind.DISCONNECTED, "Balram"),
    ]
    of_asha = dashboards.feed(connection_id=asha.connection_id)
    assert [one.kind for one in of_asha] == [HappeningKind.CHARGED, HappeningKind.RECHARGED]
    assert of_asha[1].amount_paise == 300_00


def test_the_feed_of_a_home_tells_each_day_and_that_of_the_town_each_night(town):
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
    (night,) = dashboards.feed()
    assert (night.kind, night.amount_paise, night.detail) == (
        HappeningKind.CHARGED,
        total,
        "2",
    )
    days = dashboards.feed(connection_id=ids[0])
    assert [one.kind for one in days] == [HappeningKind.CHARGED] * 2
    assert sum(one.amount_paise for one in days) == total // 2


def test_a_relay_that_was_given_up_is_in_the_feed_with_its_reason(town):
    give_up(queue(town[0]))
    (failed,) = dashboards.feed()
    assert (failed.kind, failed.detail) == (HappeningKind.RELAY_FAILED, "no answer")


def test_the_feed_is_cut_at_its_length_and_keeps_the_newest(town):
    for number in range(dashboards.FEED_LENGTH // 2 + 3):
        now = NOON + number * MINUTE
        open_relay(town[0], now)
        supply.read_back(
            connection_id=town[0].connection_id, is_closed=True, because="a test", now=now
        )
    feed = dashboards.feed()
    assert len(feed) == dashboards.FEED_LENGTH
    assert [one.at for one in feed] == sorted((one.at for one in feed), reverse=True)
    assert feed[0].at == now
    assert feed[0].kind is HappeningKind.RECONNECTED

"""Recharged and still dark: the diagnosis names the true cause every time.

Each fault is one of the pretend world's own: a webhook that never comes, a meter that
moves its relay and cannot say so, one that is silent, a transformer that is out.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from bijlighar.complaints.values import DarkCause, Diagnosis, Link, Stand
from bijlighar.connections.values import Home
from bijlighar.flow.diagnose_dark import diagnose_dark, mend_dark
from bijlighar.flow.take_payment import start_recharge
from bijlighar.headend import service as headend
from bijlighar.outages import service as outages
from bijlighar.outages.values import NewOutage, OutageKind
from bijlighar.people.values import SYSTEM
from bijlighar.supply import service as supply
from tests.stories.world import World

BESIDE = 6
"""The seventh home of the town hangs on Asha's transformer, the eighth on Balram's: both
transformers hang on one feeder."""


def mended(world: World, home: Home) -> Diagnosis:
    """The consumer asks; what can be put right is put right, and the jobs are done."""
    found = mend_dark(connection_id=home.connection_id, now=world.now)
    world.work()
    return found


def seen(world: World, home: Home) -> DarkCause:
    """The cause as it is now, with nothing done about it."""
    return diagnose_dark(connection_id=home.connection_id, now=world.now).cause


def open_commands() -> int:
    """How many disconnections were ever queued."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from headend_relaycommand where wanted = 'open'")
        return int(cursor.fetchone()[0])


def make_dark(world: World, home: Home) -> int:
    """The relay is open, as was read, and the wallet below zero; the balance in paise.

    What `world.darken` does in five days, at one instant.
    """
    world.at("2026-04-01", "10:00")
    world.spend(home, leave_rupees="-5.00")
    world.open_relay(home)
    supply.read_back(
        connection_id=home.connection_id, is_closed=False, because="read", now=world.now
    )
    return world.balance_paise(home)


def test_the_webhook_was_lost_the_money_is_credited_on_the_spot_and_the_lamp_is_lit(
    world: World,
) -> None:
    asha = world.home(0)
    world.darken(asha)  # By the rules, day by day.
    before = world.balance_paise(asha)
    late = world.pay(asha, 500)  # Its webhook does not reach us.
    assert seen(world, asha) is DarkCause.PAYMENT_OPEN
    found = mended(world, asha)
    assert (found.cause, found.is_mended) == (DarkCause.WEBHOOK_LOST, True)
    assert found.amount_paise == 500_00
    assert found.links[Link.WALLET] is Stand.MENDED
    world.send_commands()
    assert world.relay_is_closed(asha) and world.supply(asha) == "on"
    again = mended(world, asha)
    assert again.cause is DarkCause.HOUSE
    receipt = world.deliver(*late)  # It was only late.
    assert receipt is not None and not receipt.is_new
    assert world.balance_paise(asha) == before + 500_00, "once, however often one asks"


def test_nothing_was_paid_yet_or_the_bank_refused_or_it_was_too_little(
    world: World,
) -> None:
    asha = world.home(0)
    make_dark(world, asha)
    world.at("2026-04-01", "10:01")
    world.spend(asha, leave_rupees="-35.00")
    assert mended(world, asha).cause is DarkCause.NO_RECHARGE
    _refused_at_the_bank(world, asha)
    assert mended(world, asha).cause is DarkCause.PAYMENT_FAILED
    world.at("2026-04-01", "10:02")
    world.recharge(asha, 10)
    little = mended(world, asha)
    assert little.cause is DarkCause.TOO_LITTLE
    assert (little.amount_paise, little.needs_a_person) == (26_00, False)
    assert not world.relay_is_closed(asha)
    world.at("2026-04-01", "10:03")
    _started(world, asha)
    assert mended(world, asha).cause is DarkCause.PAYMENT_OPEN


def test_the_gateway_does_not_answer(world: World, settings) -> None:
    asha = world.home(0)
    make_dark(world, asha)
    world.pay(asha, 500)
    silent = {**settings.BIJLIGHAR, "gateway_url": "http://127.0.0.1:9/gateway"}
    held, settings.BIJLIGHAR = settings.BIJLIGHAR, silent
    assert mended(world, asha).cause is DarkCause.GATEWAY_SILENT
    settings.BIJLIGHAR = held
    assert mended(world, asha).cause is DarkCause.WEBHOOK_LOST


def test_credited_and_the_meter_does_not_say_that_it_switched_on(world: World) -> None:
    asha = world.home(0)
    make_dark(world, asha)
    world.break_meter(asha, "answer_lost")
    world.recharge(asha, 500)
    assert seen(world, asha) is DarkCause.COMMAND_WAITS
    world.send_commands()
    found = mended(world, asha)
    assert (found.cause, found.needs_a_person) == (DarkCause.COMMAND_UNANSWERED, True)
    assert found.links[Link.BALANCE] is Stand.FINE
    world.mend_meter(asha)
    world.at("2026-04-01", "10:05")
    world.send_commands()
    assert world.supply(asha) == "on"


@pytest.mark.parametrize("fault", ["silent", "hanging"])
def test_the_meter_is_silent(world: World, fault: str) -> None:
    asha = world.home(0)
    make_dark(world, asha)
    world.break_meter(asha, fault)
    world.recharge(asha, 500)
    world.send_commands()
    mended(world, asha)  # Asks the meter for a sign of life at once.
    world.poll()
    found = mended(world, asha)
    assert (found.cause, found.needs_a_person) == (DarkCause.METER_SILENT, True)
    assert found.links[Link.METER] is Stand.BROKEN


@pytest.mark.town(homes=8)
def test_the_transformer_is_out_then_the_feeder(world: World) -> None:
    asha, beside = world.home(0), world.home(BESIDE)
    make_dark(world, asha)
    world.recharge(asha, 500)
    world.send_commands()
    assert world.supply(asha) == "on"
    assert asha.transformer_id == beside.transformer_id
    out = [asha, beside]
    _go_dark(world, out)
    assert mended(world, asha).cause is DarkCause.TRANSFORMER_OUT
    _go_dark(world, [world.home(1), world.home(BESIDE + 1)])
    assert mended(world, asha).cause is DarkCause.FEEDER_OUT
    # One neighbour with light: then it is the meter.
    world.mend_meter(beside)
    _ask_all(world)
    assert mended(world, asha).cause is DarkCause.METER_SILENT


def test_a_known_outage_is_named_with_its_end(world: World) -> None:
    asha = world.home(0)
    world.at("2026-04-01", "10:00")
    starts, until = world.now + timedelta(hours=1), world.now + timedelta(hours=3)
    outages.enter(
        new=NewOutage(
            kind=OutageKind.PLANNED,
            node_id=asha.transformer_id,
            starts_at=starts,
            until=until,
            reason="New cable",
        ),
        by=SYSTEM,
        now=world.now,
    )
    world.at("2026-04-01", "11:00")
    found = mended(world, asha)
    assert (found.cause, found.until) == (DarkCause.PLANNED_OUTAGE, until)
    world.at("2026-04-01", "13:30")
    assert mended(world, asha).cause is DarkCause.HOUSE


def test_asking_never_cuts_and_withdraws_a_cut_where_the_money_is_there(
    world: World,
) -> None:
    """The money is gone and the hour is right: asking is no reason to disconnect."""
    asha = world.home(0)
    world.use_up(asha)
    world.at("2026-04-13", "10:00")
    mended(world, asha)
    assert open_commands() == 0
    assert world.supply(asha) == "on"
    world.review()
    assert world.supply(asha) == "disconnecting"
    world.pay(asha, 500)
    found = mended(world, asha)
    assert found.cause in (DarkCause.WEBHOOK_LOST, DarkCause.HOUSE)
    assert world.supply(asha) == "on" and world.relay_is_closed(asha)


def _started(world: World, home: Home) -> str:
    """A recharge is started at the gateway and not paid; what the gateway calls it."""
    return start_recharge(
        consumer_number=home.consumer_number,
        amount_paise=500_00,
        return_url="http://127.0.0.1/{order_id}/",
        now=world.now,
    ).gateway_order_id


def _refused_at_the_bank(world: World, home: Home) -> None:
    order = _started(world, home)
    world.thread.do(lambda town: town.gateway.fail(order))


def _go_dark(world: World, homes: list[Home]) -> None:
    for home in homes:
        world.break_meter(home, "silent")
    _ask_all(world)


def _ask_all(world: World) -> None:
    headend.read_soon(now=world.now)
    world.poll()

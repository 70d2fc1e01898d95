"""Relay commands of meters behind a vendor's head-end: handed out under the last look.

What was read back is what the supply is; a reconnection is never held back (decision 18).
"""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bijlighar.clock import clock
from bijlighar.connections.values import ProtectionKind
from bijlighar.flow.close_day import close_day
from bijlighar.flow.confirm_relay import release
from bijlighar.flow.hand_to_vendor import take_up_unanswered
from bijlighar.flow.review_supply import review_supply
from bijlighar.headend import service as headend
from bijlighar.kernel.ist import ONE_DAY, days_between, instant_of
from bijlighar.supply import service as supply
from bijlighar.supply.values import SupplyState
from bijlighar.vendors import service as vendors
from bijlighar.vendors.reading_types import CONNECTED, DISCONNECTED, FAILED
from tests.cast import STARTS_ON, hear
from tests.flow.turning import recharge
from tests.vendors.conftest import NOON
from tests.vendors.messages import event, events
from tests.web.api.conftest import get, post

LIST, TAKE, TELL = (
    "/vendor/end-device-controls",
    "/vendor/end-device-controls/take",
    "/vendor/end-device-events",
)
LATER = NOON + timedelta(days=5)
"""A Wednesday: emergency credit, begun on the Friday, is over."""


def used_up(place) -> None:
    """Asha's money is gone, her emergency credit over: her disconnection is queued."""
    asha = place.asha
    for now in (NOON, LATER):
        days = days_between(STARTS_ON, now.date())
        hear(
            asha,
            {
                day: asha.initial_register_wh + 40_000 * number
                for number, day in enumerate(days, 1)
            },
            now=now,
        )
        close_day(connection_ids=[asha.connection_id], now=now)
        place.set_clock(now)
    assert state(place) is SupplyState.DISCONNECTING


def state(place) -> SupplyState:
    return supply.state_of(connection_id=place.asha.connection_id).state


def waiting(place) -> list[dict]:
    return get(place.client, LIST)["EndDeviceControl"]


def take(place, *numbers: str) -> list[dict]:
    return post(place.client, TAKE, {"mRIDs": list(numbers)}, 200)["EndDeviceControl"]


def tell(place, number: str, kind: str, *, status: int = 200, key: str = "", at=None):
    told = event(place.asha.meter_serial, number, kind, at or clock.now(), key=key)
    return post(place.client, TELL, events(told), status)["Reply"]


def later(place, **by: int) -> None:
    place.set_clock(clock.now() + timedelta(**by))


@pytest.fixture
def due(place):
    """A place where Asha's disconnection waits for the vendor."""
    used_up(place)
    return place


def test_c18_a_disconnection_is_handed_out_and_only_the_read_back_confirms_it(due):
    (listed,) = waiting(due)
    assert listed["EndDeviceControlType"] == {"ref": "3.31.0.23"}
    assert listed["Meter"] == {"Names": [{"name": due.asha.meter_serial}]}
    (handed,) = take(due, listed["mRID"])
    assert handed["notAfter"] == handed["heldUntil"]
    assert state(due) is SupplyState.DISCONNECTING
    assert waiting(due) == []
    later(due, seconds=30)
    assert tell(due, listed["mRID"], DISCONNECTED)["Result"] == "OK"
    assert state(due) is SupplyState.OFF


def test_a_payment_after_it_brings_a_reconnection_that_goes_first(due):
    (listed,) = waiting(due)
    take(due, listed["mRID"])
    tell(due, listed["mRID"], DISCONNECTED)
    later(due, minutes=1)
    recharge(due.asha, 5_000, 1, clock.now().date())
    (back,) = waiting(due)
    assert back["EndDeviceControlType"] == {"ref": "3.31.0.18"}
    (handed,) = take(due, back["mRID"])
    assert handed["notAfter"] is None
    later(due, seconds=20)
    tell(due, back["mRID"], CONNECTED)
    assert state(due) is SupplyState.ON


@pytest.mark.parametrize("hour", [3, 22])
def test_c12_outside_the_hours_no_disconnection_is_handed_out(due, hour):
    (listed,) = waiting(due)
    due.set_clock(instant_of(LATER.date() + ONE_DAY, time(hour)))
    assert take(due, listed["mRID"]) == []
    assert state(due) is SupplyState.ON


def test_c9_a_payment_before_it_is_taken_withdraws_it(due):
    (listed,) = waiting(due)
    recharge(due.asha, 5_000, 1, clock.now().date())
    assert waiting(due) == []
    assert take(due, listed["mRID"]) == []
    assert state(due) is SupplyState.ON


def test_a_payment_while_the_vendor_holds_it_brings_the_light_back(due):
    (listed,) = waiting(due)
    take(due, listed["mRID"])
    recharge(due.asha, 5_000, 1, clock.now().date())
    later(due, seconds=30)
    tell(due, listed["mRID"], DISCONNECTED)
    (back,) = waiting(due)
    assert back["EndDeviceControlType"] == {"ref": "3.31.0.18"}


def test_a_silent_vendor_loses_it_and_a_paid_home_is_closed_again(due):
    (listed,) = waiting(due)
    take(due, listed["mRID"])
    recharge(due.asha, 5_000, 1, clock.now().date())
    assert take_up_unanswered(now=clock.now()) == 0
    later(due, minutes=3)
    assert take_up_unanswered(now=clock.now()) == 1
    later(due, minutes=1)
    (back,) = waiting(due)
    assert back["EndDeviceControlType"] == {"ref": "3.31.0.18"}


def test_a_silent_vendor_may_take_it_again_when_it_was_held_long_enough(due):
    (listed,) = waiting(due)
    take(due, listed["mRID"])
    assert take(due, listed["mRID"]) == []
    later(due, minutes=2)
    assert [one["mRID"] for one in take(due, listed["mRID"])] == [listed["mRID"]]
    handings = vendors.handings_of(command_id=int(listed["mRID"]))
    assert [one.held_until - one.handed_at for one in handings] == [
        timedelta(minutes=2)
    ] * 2


def test_c18_a_failure_is_an_attempt_and_after_six_the_disconnection_is_over(due):
    (listed,) = waiting(due)
    for _ in range(6):
        take(due, listed["mRID"])
        tell(due, listed["mRID"], FAILED)
        assert state(due) is SupplyState.DISCONNECTING
        later(due, minutes=6)
    assert waiting(due) == []
    assert take(due, listed["mRID"]) == []


def test_c18_what_is_told_twice_happens_once_and_what_is_old_not_at_all(due):
    (listed,) = waiting(due)
    number = listed["mRID"]
    before = clock.now() - timedelta(minutes=1)
    take(due, number)
    later(due, seconds=30)
    early = tell(due, number, DISCONNECTED, at=before)
    assert [one["code"] for one in early["Error"]] == ["too_old"]
    tell(due, number, DISCONNECTED, key="once")
    again = tell(due, number, DISCONNECTED, key="once")
    assert (again["taken"], again["known"]) == (0, 1)
    later(due, minutes=1)
    recharge(due.asha, 5_000, 1, clock.now().date())
    (back,) = waiting(due)
    take(due, back["mRID"])
    later(due, seconds=30)
    tell(due, back["mRID"], CONNECTED)
    stale = tell(due, number, DISCONNECTED, at=clock.now() - timedelta(seconds=40))
    assert [one["code"] for one in stale["Error"]] == ["too_old"]
    assert state(due) is SupplyState.ON


def test_only_who_was_handed_a_command_tells_of_it(due):
    (listed,) = waiting(due)
    refused = tell(due, listed["mRID"], DISCONNECTED)
    assert [one["code"] for one in refused["Error"]] == ["unknown_command"]
    take(due, listed["mRID"])
    due.add_vendor("otherco", "D1")
    assert waiting(due) == []
    assert take(due, listed["mRID"]) == []
    refused = tell(due, listed["mRID"], DISCONNECTED)
    assert [one["code"] for one in refused["Error"]] == ["unknown_command"]
    assert state(due) is SupplyState.DISCONNECTING


def test_our_head_end_never_sends_it(due):
    def released() -> tuple:
        return release(
            limit=5,
            own=0,
            in_flight=[],
            now=clock.now(),
            sending_takes=timedelta(minutes=10),
        )

    assert released() == ()
    vendors.take_out(
        vendor_id=due.vendor.vendor_id,
        serials=[due.asha.meter_serial],
        place_id=due.ids["NDVN"],
        now=clock.now(),
    )
    assert waiting(due) == []
    assert [one.meter_id for one in released()] == [due.asha.meter_id]


def test_c8_a_protected_home_is_not_handed_out(due):
    from bijlighar.connections import service as connections

    (listed,) = waiting(due)
    connections.protect(
        connection_id=due.asha.connection_id,
        kind=ProtectionKind.HOSPITAL,
        why="A ward",
        now=clock.now() - timedelta(minutes=1),
    )
    assert take(due, listed["mRID"]) == []
    assert state(due) is SupplyState.ON


def test_nothing_is_due_where_nothing_is_queued(place):
    review_supply(connection_ids=[place.asha.connection_id], now=clock.now())
    assert waiting(place) == []
    assert headend.not_answered(now=clock.now(), limit=5) == []


POWER_FAILED = "3.26.0.85"


def test_an_event_of_no_command_is_kept_under_its_code_and_moves_nothing(due):
    assert tell(due, "", POWER_FAILED, key="dark-1")["taken"] == 1
    assert tell(due, "", POWER_FAILED, key="dark-1")["known"] == 1
    (kept,) = vendors.meter_events_of(meter_id=due.asha.meter_id, limit=5)
    assert (kept.code, kept.title) == (POWER_FAILED, "Event 3.26.0.85")
    assert state(due) is SupplyState.DISCONNECTING


@pytest.mark.parametrize(
    ("kind", "after", "code"),
    [
        # What came of a relay names its command, or it is not believed.
        (DISCONNECTED, timedelta(), "unknown_command"),
        ("3.26.0", timedelta(), "unsupported_event_type"),
        (POWER_FAILED, timedelta(hours=1), "in_the_future"),
        (POWER_FAILED, timedelta(days=-60), "not_installed"),
    ],
)
def test_an_event_of_no_command_that_cannot_be_is_refused(place, kind, after, code):
    told = tell(place, "", kind, at=clock.now() + after)
    assert [one["code"] for one in told["Error"]] == [code]
    assert vendors.meter_events_of(meter_id=place.asha.meter_id, limit=5) == ()


def test_an_event_of_a_meter_behind_nobody_is_refused(place):
    told = event(place.dev.meter_serial, "", POWER_FAILED, clock.now())
    reply = post(place.client, TELL, events(told), 200)["Reply"]
    assert [one["code"] for one in reply["Error"]] == ["unknown_meter"]

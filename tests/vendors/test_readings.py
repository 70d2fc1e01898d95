"""A vendor's readings over the API: the same checks and the same charges as our own."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection

from bijlighar.clock import clock
from bijlighar.flow.close_day import close_day
from bijlighar.headend import service as headend
from bijlighar.ledger import service as ledger
from bijlighar.readings import service as readings
from bijlighar.vendors import service as vendors
from tests.cast import STARTS_ON, hear
from tests.flow.jobs import deferred
from tests.vendors.messages import meter
from tests.vendors.messages import readings as message
from tests.web.api.conftest import bearer, machine, post, token_of

DELIVER = "/vendor/meter-readings"
FIRST, SECOND = STARTS_ON, STARTS_ON + timedelta(days=1)
FLAT = (100,) * 48


def registers(home) -> list[tuple[date, int, str, bool]]:
    """What is kept of a meter beside its installation."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select day, register_wh, source, in_force from readings_registerreading"
            " where meter_id = %s and source <> 'installation' order by id",
            [home.meter_id],
        )
        return cursor.fetchall()


def test_registers_and_half_hours_are_kept_and_charged(place):
    said = message(
        meter(place.asha.meter_serial, {FIRST: 107_000, SECOND: 111_000}, {FIRST: FLAT}),
        meter(place.balram.meter_serial, {FIRST: 203_000}),
    )
    answer = post(place.client, DELIVER, said, 200)
    assert answer["Header"]["CorrelationID"] == said["Header"]["MessageID"]
    assert answer["Reply"] == {
        "Result": "OK",
        "taken": 51,
        "known": 0,
        "refused": 0,
        "Error": [],
    }
    assert registers(place.asha) == [
        (FIRST, 107_000, "vendor", True),
        (SECOND, 111_000, "vendor", True),
    ]
    assert readings.blocks_of(meter_id=place.asha.meter_id, day=FIRST) == FLAT
    (job,) = [arguments for task, arguments in deferred() if task == "flow.close_day"]
    assert sorted(job["connection_ids"]) == sorted(
        [place.asha.connection_id, place.balram.connection_id]
    )
    close_day(connection_ids=job["connection_ids"], now=clock.now())
    held = ledger.balances_of(owner_ids=[place.asha.connection_id])
    assert held[place.asha.connection_id].balance_paise < 500_00


def test_what_is_wrong_is_told_reading_by_reading_and_the_rest_is_taken(place):
    hear(place.asha, {FIRST: 107_000}, now=clock.now())
    said = message(
        meter(place.asha.meter_serial, {FIRST: 107_001, SECOND: 90_000}),
        meter(place.balram.meter_serial, {FIRST: 203_000, date(2026, 4, 20): 210_000}),
        meter("NOBODY", {FIRST: 1}),
    )
    reply = post(place.client, DELIVER, said, 200)["Reply"]
    assert (reply["Result"], reply["taken"], reply["refused"]) == ("PARTIAL", 1, 4)
    assert {(one["place"], one["code"]) for one in reply["Error"]} == {
        ("MeterReading.0.Readings.0", "contradicts"),
        ("MeterReading.0.Readings.1", "register_fell"),
        ("MeterReading.1.Readings.1", "in_the_future"),
        ("MeterReading.2.Readings.0", "unknown_meter"),
    }
    assert registers(place.asha) == [
        (FIRST, 107_000, "daily_profile", True),
        (FIRST, 107_001, "vendor", False),
    ]


def test_a_message_is_taken_once_whatever_key_it_comes_with(place):
    said = message(meter(place.asha.meter_serial, {FIRST: 107_000}), key="m-1")
    first = post(place.client, DELIVER, said, 200, key="a")
    assert post(place.client, DELIVER, said, 200, key="a") == first
    assert post(place.client, DELIVER, said, 200, key="b") == first
    other = message(meter(place.asha.meter_serial, {FIRST: 107_001}), key="m-1")
    assert post(place.client, DELIVER, other, 422)["code"] == "message_reused"
    assert len(registers(place.asha)) == 1


def test_the_same_readings_in_another_message_are_known(place):
    of_asha = meter(place.asha.meter_serial, {FIRST: 107_000}, {FIRST: FLAT[:10]})
    post(place.client, DELIVER, message(of_asha), 200)
    reply = post(place.client, DELIVER, message(of_asha), 200)["Reply"]
    assert (reply["Result"], reply["taken"], reply["known"]) == ("OK", 0, 11)
    longer = meter(place.asha.meter_serial, None, {FIRST: FLAT})
    reply = post(place.client, DELIVER, message(longer), 200)["Reply"]
    assert (reply["taken"], reply["known"]) == (38, 10)
    assert readings.blocks_of(meter_id=place.asha.meter_id, day=FIRST) == FLAT


def test_a13_meters_of_others_are_as_unknown_as_none(place):
    place.put_behind(place.vendor, place.dev, at=clock.now() - timedelta(days=5))
    mine = place.client
    other = place.add_vendor("otherco", "D1")
    said = meter(place.asha.meter_serial, {FIRST: 107_000})
    theirs = post(place.client, DELIVER, message(said), 200)["Reply"]
    outside = message(meter(place.dev.meter_serial, {date(2026, 4, 8): 500_000}))
    far = post(mine, DELIVER, outside, 200)["Reply"]
    nobody = post(mine, DELIVER, message(meter("X", {FIRST: 1})), 200)["Reply"]
    for reply in (theirs, far, nobody):
        assert reply["Result"] == "FAILED"
        assert [one["code"] for one in reply["Error"]] == ["unknown_meter"]
    assert {theirs["Error"][0]["reason"], far["Error"][0]["reason"]} == {
        nobody["Error"][0]["reason"]
    }
    assert registers(place.asha) == registers(place.dev) == []
    assert other.code == "otherco"


def test_a_client_of_no_vendor_and_one_without_the_scope_deliver_nothing(place):
    said = message(meter(place.asha.meter_serial, {FIRST: 107_000}))
    stranger = bearer(
        token_of(machine(place.ids, "vendor-readings:write", owner="stranger"))
    )
    assert post(stranger, DELIVER, said, 403)["code"] == "not_allowed"
    reader = bearer(token_of(machine(place.ids, "readings:read", owner="reader")))
    assert post(reader, DELIVER, said, 403)["code"] == "not_allowed"


@pytest.mark.parametrize(
    "change",
    [
        {"Header": {}},
        {"Payload": {"MeterReadings": {"MeterReading": []}}},
        {"Extra": 1},
    ],
)
def test_a_message_of_another_shape_is_refused_whole(place, change):
    said = message(meter(place.asha.meter_serial, {FIRST: 107_000}))
    assert post(place.client, DELIVER, {**said, **change}, 400)["code"] == "invalid"


def test_too_much_in_one_message_is_refused_whole(place, monkeypatch):
    from bijlighar.web.api import vendor_schemas

    monkeypatch.setattr(vendor_schemas, "MOST_READINGS", 10)
    said = message(meter(place.asha.meter_serial, None, {FIRST: FLAT}))
    assert post(place.client, DELIVER, said, 422)["code"] == "too_many_readings"
    assert readings.blocks_of(meter_id=place.asha.meter_id, day=FIRST)[0] is None


def test_a_delivery_is_a_sign_of_life_up_to_its_newest_reading(place):
    said = message(meter(place.asha.meter_serial, {FIRST: 107_000}))
    post(place.client, DELIVER, said, 200)
    contact = headend.contact_with(meter_id=place.asha.meter_id)
    assert contact.last_heard_at == clock.now().replace(day=1, hour=18, minute=30)


def test_our_head_end_leaves_the_meter_alone_until_it_comes_out(place):
    headend.read_soon(now=clock.now())

    def taken() -> set[int]:
        plans = headend.take_reads(now=clock.now(), limit=10, own=1, busy=[], urgent=False)
        return {one.meter_id for one in plans}

    assert taken() == {place.dev.meter_id}
    vendors.take_out(
        vendor_id=place.vendor.vendor_id,
        serials=[place.asha.meter_serial],
        place_id=place.ids["NDVN"],
        now=clock.now(),
    )
    assert place.asha.meter_id in taken()


def test_what_was_delivered_is_in_the_audit_trail(place):
    said = message(meter(place.asha.meter_serial, {FIRST: 107_000}))
    post(place.client, DELIVER, said, 200)
    with connection.cursor() as cursor:
        cursor.execute(
            "select payload from people_auditrecord where action = 'vendors.message.taken'"
        )
        (payload,) = cursor.fetchone()
    told = json.loads(payload)
    assert told["actor"]["name"] == "meterco"
    assert told["after"]["taken"] == 1

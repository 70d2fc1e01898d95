"""C20: several head-ends, killed at any moment: no counter twice, no meter left alone."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from multiprocessing import active_children

import pytest
from django.db import connection

from bijlighar.headend import service as headend
from tests.cast import with_root_key
from tests.headend.head_ends import head_ends, kill, meters_of, twice, wait_until

pytestmark = pytest.mark.usefixtures("committed_db")

SENDS, KILLS = 1_000, 10


def now() -> datetime:
    return datetime.now(UTC)


def claimants() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("select distinct claimed_by from headend_metercontact")
        return {number for (number,) in cursor.fetchall() if number is not None}


def heard_since(at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from headend_metercontact where last_heard_at > %s", [at]
        )
        return int(cursor.fetchone()[0])


def sends(meters) -> int:
    return sum(len(one.used) for one in meters.seen.values())


def let_read(meters, *, until: int) -> None:
    """Let all be read again and again until so much more has been sent to them."""

    def enough() -> bool:
        headend.read_soon(now=now())
        return sends(meters) >= until

    wait_until(enough)


def test_two_head_ends_and_one_meter_hold_one_conversation_at_a_time():
    with meters_of("Asha", answer_s=0.005) as (_, meters), head_ends(2):
        (asha,) = meters.seen.values()
        while asha.conversations < 12:
            headend.read_soon(now=now())
            time.sleep(0.01)
    assert asha.most_open == 1
    assert twice(asha.used) == []


def test_meters_of_a_head_end_that_is_killed_are_read_by_another_within_a_minute():
    names = ("Asha", "Balram", "Chanda", "Dev")
    with meters_of(*names, answer_s=0.15) as (_, meters), head_ends(1) as start:
        wait_until(lambda: len(claimants()) == 1)
        (first,) = claimants()
        start()
        wait_until(lambda: all(seen.open for seen in meters.seen.values()))
        killed_at = now()
        kill(min(active_children(), key=lambda one: one.pid))
        meters.answer_s = 0.0
        took_s = wait_until(lambda: heard_since(killed_at) == len(names), within_s=60)
        assert first not in claimants()
    assert took_s < 60
    assert all(twice(seen.used) == [] for seen in meters.seen.values())


def test_c20_no_counter_is_used_twice_though_the_head_end_is_killed_during_1000_sends():
    with meters_of("Asha", "Balram", answer_s=0.002) as (_, meters), head_ends(0) as start:
        for number in range(1, KILLS + 1):
            process = start()
            let_read(meters, until=number * SENDS // KILLS)
            kill(process)
    assert sends(meters) >= SENDS
    assert all(twice(one.used) == [] for one in meters.seen.values())


def test_c20_after_a_restore_counters_jump_over_all_that_may_have_been_used():
    with meters_of("Asha") as (homes, _), with_root_key():
        meter_ids = [homes[0].meter_id]
        (before,) = headend.lease(meter_ids=meter_ids)
        headend.jump_counters()
        (after,) = headend.lease(meter_ids=meter_ids)
    assert after.first_counter >= before.first_counter + 65_536

"""What meters said is kept once, as it came, and never overwritten."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from bijlighar.readings import service as readings
from bijlighar.readings.values import (
    Blocks,
    Closable,
    ClosedUntil,
    DailyRegister,
    Heard,
    Missing,
)
from tests.append_only import insist_on_refusal, statements

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 10, 6, 0, tzinfo=UTC)
MARCH_31 = date(2026, 3, 31)
TODAY = date(2026, 4, 10)
ASHA, BALRAM = 7, 8


def april(day: int) -> date:
    return date(2026, 4, day)


def register(day: date, register_wh: int, meter_id: int = ASHA) -> DailyRegister:
    return DailyRegister(meter_id=meter_id, day=day, register_wh=register_wh)


def run(day: date, first_block: int, *energies_wh: int) -> Blocks:
    return Blocks(
        meter_id=ASHA, day=day, first_block=first_block, energies_wh=tuple(energies_wh)
    )


def store(
    *daily: DailyRegister,
    blocks: tuple[Blocks, ...] = (),
    holds_from: date | None = None,
    meter_id: int = ASHA,
) -> int:
    heard = Heard(
        meter_id=meter_id, daily=daily, blocks=blocks, daily_holds_from=holds_from
    )
    return readings.store(heard=[heard], now=NOW)


def kept() -> list[tuple[int, bool, str]]:
    """The registers as they lie there: value, whether in force, source."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select register_wh, in_force, source from readings_registerreading"
            " where meter_id = %s order by day, id",
            [ASHA],
        )
        return list(cursor.fetchall())


@pytest.fixture
def installed(db: None) -> None:
    initial = [register(MARCH_31, 1_000), register(MARCH_31, 2_000, BALRAM)]
    readings.store_initial(registers=initial, now=NOW)


# Kept once


def test_what_is_heard_again_is_kept_once(installed):
    said = (register(april(1), 1_500), register(april(2), 1_900))
    runs = (run(april(1), 0, 10, 20), run(april(1), 4, 5))
    assert store(*said, blocks=runs) == 4
    assert store(*said, blocks=runs) == 0
    assert readings.count_rows() == 2 + 4


def test_a_meter_that_says_nothing_new_brings_nothing(installed):
    assert store() == 0
    assert readings.store(heard=[], now=NOW) == 0


def test_a_register_that_contradicts_is_kept_beside_out_of_force(installed):
    store(register(april(1), 1_500))
    assert store(register(april(1), 1_499)) == 1
    assert store(register(april(1), 1_499)) == 0
    assert kept()[1:] == [(1_500, True, "daily_profile"), (1_499, False, "daily_profile")]


def test_of_two_values_in_one_breath_the_first_is_in_force_and_both_are_kept(installed):
    said = (register(april(1), 1_500), register(april(1), 1_499), register(april(1), 1_500))
    assert store(*said) == 2
    assert kept()[1:] == [(1_500, True, "daily_profile"), (1_499, False, "daily_profile")]


def test_the_installation_register_said_by_the_meter_too_is_not_kept_twice(installed):
    assert store(register(MARCH_31, 1_000)) == 0
    assert store(register(MARCH_31, 1_001)) == 1
    assert kept() == [(1_000, True, "installation"), (1_001, False, "daily_profile")]


def test_of_half_hours_that_contradict_the_first_stay(installed):
    store(blocks=(run(april(1), 0, 10, 20),))
    assert store(blocks=(run(april(1), 0, 99, 99),)) == 0
    assert readings.blocks_of(meter_id=ASHA, day=april(1))[:3] == (10, 20, None)


@pytest.mark.parametrize(
    "statement", statements("readings_registerreading", "readings_blockreading")
)
def test_readings_are_never_taken_back(installed, statement):
    store(register(april(1), 1_500), blocks=(run(april(1), 0, 10),))
    insist_on_refusal(statement)


def test_a_register_below_zero_is_refused(installed):
    with (
        pytest.raises(IntegrityError, match="register_is_not_negative"),
        transaction.atomic(),
    ):
        store(register(april(1), -1))


@pytest.mark.parametrize("first_block", [-1, 48])
def test_a_day_has_48_half_hours(installed, first_block):
    with (
        pytest.raises(IntegrityError, match="first_block_is_0_to_47"),
        transaction.atomic(),
    ):
        store(blocks=(run(april(1), first_block, 10),))


@pytest.mark.parametrize(
    ("in_force", "constraint"),
    [(True, "one_register_in_force_a_meter_and_day"), (False, "a_register_is_stored_once")],
)
def test_the_database_keeps_one_register_in_force_and_each_once(
    installed, in_force, constraint
):
    statement = (
        "insert into readings_registerreading"
        " (meter_id, day, register_wh, source, in_force, received_at)"
        " select meter_id, day, register_wh + %s::int, source, %s, received_at"
        " from readings_registerreading"
    )
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [in_force, in_force])


# What is still to be told


def missing(today: date = TODAY) -> Missing:
    return readings.missing(meter_ids=[ASHA], today=today)[0]


def test_a_new_meter_is_asked_from_its_installation_on(installed):
    assert missing() == Missing(
        meter_id=ASHA, daily_from=april(1), blocks_from_day=april(1), blocks_from_block=0
    )


@pytest.mark.parametrize(
    ("heard", "asked_from"),
    [([1, 2, 3], 4), ([1, 2, 4, 5], 3), ([2, 3], 1), ([1, 3, 5], 2), (range(1, 10), 10)],
)
def test_registers_are_asked_from_the_first_gap_on(installed, heard, asked_from):
    store(*(register(april(day), 1_000 + day) for day in heard))
    assert missing().daily_from == april(asked_from)


def test_a_gap_is_filled_by_the_register_in_force_only(installed):
    store(register(april(1), 1_100), register(april(2), 1_200))
    store(register(april(2), 1_201))
    assert missing().daily_from == april(3)


@pytest.mark.parametrize(
    ("runs", "day", "block"),
    [
        ([(1, 0, 48)], 2, 0),
        ([(1, 0, 20)], 1, 20),
        ([(1, 0, 48), (2, 0, 7), (2, 10, 5)], 2, 15),
        ([(3, 30, 18)], 4, 0),
    ],
)
def test_half_hours_are_asked_after_the_last_one_heard(installed, runs, day, block):
    store(blocks=tuple(run(april(on), first, *[5] * many) for on, first, many in runs))
    assert (missing().blocks_from_day, missing().blocks_from_block) == (april(day), block)


def test_nothing_is_asked_that_the_profile_cannot_hold_any_more(installed):
    store(register(april(1), 1_100), blocks=(run(april(1), 0, 5),))
    later = missing(today=date(2026, 6, 10))
    oldest = date(2026, 5, 6)
    assert (later.daily_from, later.blocks_from_day) == (oldest, oldest)
    assert later.blocks_from_block == 0


def test_each_meter_has_its_own_gap_and_the_answer_keeps_the_order_of_the_question(
    installed,
):
    store(register(april(1), 2_100, BALRAM), meter_id=BALRAM)
    asked = readings.missing(meter_ids=[BALRAM, ASHA], today=TODAY)
    assert [(one.meter_id, one.daily_from) for one in asked] == [
        (BALRAM, april(2)),
        (ASHA, april(1)),
    ]


def test_a_meter_that_nobody_installed_is_not_asked(installed):
    with pytest.raises(AssertionError, match="installation reading"):
        readings.missing(meter_ids=[99], today=TODAY)


# What was used


def used(meters: dict[int, date], *, until: date = TODAY) -> dict[int, Closable]:
    """Usage after these days, by the registers in force there."""
    opening = {ASHA: 1_000, BALRAM: 2_000}
    return readings.usage_after(
        meters={
            meter: ClosedUntil(day=day, register_wh=opening[meter] + 100 * (day.month - 3))
            for meter, day in meters.items()
        },
        until=until,
    )


def test_usage_is_told_for_many_meters_and_a_register_that_went_back_holds_up_only_its_own(
    installed,
):
    store(register(april(1), 1_500), register(april(2), 1_900))
    store(register(april(1), 1_999, BALRAM), meter_id=BALRAM)
    found = used({ASHA: MARCH_31, BALRAM: MARCH_31})
    assert [one.energy_wh for one in found[ASHA].days] == [500, 400]
    assert (found[ASHA].error, found[BALRAM].days) == ("", ())
    assert "fell from 2000 to 1999 Wh" in found[BALRAM].error


def test_usage_goes_on_after_the_day_given(installed):
    store(*(register(april(day), 1_000 + 100 * day) for day in (1, 2, 3)))
    found = used({ASHA: april(1)}, until=april(3))
    assert [(one.day, one.energy_wh) for one in found[ASHA].days] == [(april(2), 100)]


def test_usage_rests_on_the_register_in_force(installed):
    store(register(april(1), 1_500))
    store(register(april(1), 900))
    found = used({ASHA: MARCH_31})[ASHA]
    assert ([one.energy_wh for one in found.days], found.error) == ([500], "")


def test_a_day_that_the_profile_has_gone_over_is_shared_out(installed):
    store(register(april(3), 1_090), holds_from=april(3))
    found = used({ASHA: MARCH_31})[ASHA]
    assert [(one.energy_wh, one.is_estimated) for one in found.days] == [(30, True)] * 3


def test_a_profile_is_never_taken_to_reach_back_again(installed):
    store(register(april(3), 1_090), holds_from=april(3))
    store(holds_from=april(2))
    assert len(used({ASHA: MARCH_31})[ASHA].days) == 3


# Half-hours


def test_runs_of_half_hours_are_laid_side_by_side(installed):
    store(blocks=(run(april(1), 0, 1, 2), run(april(1), 46, 7, 0), run(april(1), 2, 3)))
    blocks = readings.blocks_of(meter_id=ASHA, day=april(1))
    assert blocks == (1, 2, 3, *[None] * 43, 7, 0)


def test_where_runs_overlap_the_first_received_stays(installed):
    store(blocks=(run(april(1), 1, 10, 10),))
    store(blocks=(run(april(1), 0, 5, 5, 5, 5),))
    assert readings.blocks_of(meter_id=ASHA, day=april(1))[:5] == (5, 10, 10, 5, None)


def test_a_day_of_which_nothing_was_heard_has_48_unknown_half_hours(installed):
    assert readings.blocks_of(meter_id=ASHA, day=april(1)) == (None,) * 48

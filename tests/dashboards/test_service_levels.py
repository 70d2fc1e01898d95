"""Service levels: what was read by eight and within a day, and how quick commands were."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dashboards import level_rules, level_settings
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.models import ServiceLevel
from bijlighar.headend import service as headend
from bijlighar.headend.models import MeterContact, OnDemandRead, RelayCommand
from bijlighar.headend.values import Attempt, Outcome, Talk
from bijlighar.kernel.ist import day_ends, day_starts
from bijlighar.people.values import Scope
from bijlighar.readings.values import Blocks
from tests.cast import STARTS_ON, connect, grid_of_cast, hear

DAY = STARTS_ON + timedelta(days=3)
MORNING = day_ends(DAY) + timedelta(hours=8, minutes=10)
EIGHT = day_ends(DAY) + timedelta(hours=8)
WEEK = {"first": STARTS_ON, "until": STARTS_ON + timedelta(days=7)}


def heard(home, at: datetime, *, blocks: int = 48, first_block: int = 0) -> None:
    """A home's register of the day, and some half-hours of it, came at an instant."""
    hear(
        home,
        {DAY: home.initial_register_wh + 20_000},
        now=at,
        blocks=(
            Blocks(
                meter_id=home.meter_id,
                day=DAY,
                first_block=first_block,
                energies_wh=(100,) * blocks,
            ),
        ),
    )


def command(home, took_s: int | None, *, state: str = "confirmed", number: int = 1) -> None:
    """A relay command of the day that was done after so many seconds, or not."""
    asked = day_starts(DAY) + timedelta(hours=11)
    RelayCommand.objects.create(
        meter_id=home.meter_id,
        connection_id=home.connection_id,
        wanted="closed",
        source=f"{home.meter_id} {number}",
        state=state,
        requested_at=asked,
        not_before=asked,
        ended_at=None if took_s is None else asked + timedelta(seconds=took_s),
    )


@pytest.fixture
def town(db):
    """Asha and Balram in division D1, Chanda on a transformer of her own; ids by code."""
    ids = grid_of_cast()
    return ids, connect("Asha", "Balram", "Chanda")


def shown(ids, code: str, *, below: bool = False, now: datetime = MORNING, **period):
    whole = Scope(area_ids=frozenset({ids["NDVN"]}))
    return dashboards.levels(
        scope=whole if below else Scope(area_ids=frozenset({ids[code]})),
        today=DAY + timedelta(days=1),
        below=ids[code] if below else None,
        **{**WEEK, **period},
    )


def test_registers_count_by_eight_and_within_a_day(town):
    ids, (asha, balram, _chanda) = town
    heard(asha, EIGHT)
    heard(balram, EIGHT + timedelta(seconds=1))
    dashboards.count_levels(now=MORNING)
    whole = shown(ids, "NDVN")
    (day,) = [one for one in whole.days if one.day == DAY]
    figures = day.figures
    assert (figures.meters, figures.read_on_time, figures.read_in_a_day) == (3, 1, 2)
    assert figures.on_time_permille == 333
    assert figures.in_a_day_permille == 666
    assert whole.counted_at == MORNING
    (leaf,) = shown(ids, "T1", first=DAY, until=DAY + timedelta(days=1)).lines
    assert (leaf.figures.meters, leaf.figures.on_time_permille) == (1, 1_000)


def test_what_comes_late_is_filled_and_counted_again(town):
    ids, (asha, balram, _chanda) = town
    heard(asha, EIGHT, blocks=40)
    dashboards.count_levels(now=MORNING)
    one_day = {"first": DAY, "until": DAY + timedelta(days=1)}
    before = shown(ids, "NDVN", **one_day).together
    assert (before.blocks_in_a_day, before.blocks_filled) == (40, 0)
    late = day_ends(DAY) + timedelta(hours=30)
    heard(asha, late, blocks=8, first_block=40)
    heard(balram, late)
    dashboards.count_levels(now=late + timedelta(days=1))
    after = shown(ids, "NDVN", **one_day).together
    assert (after.blocks_in_a_day, after.blocks_filled) == (40, 56)
    assert (after.read_in_a_day, after.read_at_all) == (1, 2)
    assert after.blocks_permille == 40 * 1_000 // (3 * 48)


def test_a_meter_counts_from_its_installation_and_days_long_past_stay_as_they_are(town):
    ids, _homes = town
    days = dashboards.count_levels(now=MORNING)
    assert days[-1] == DAY
    assert {row.day for row in ServiceLevel.objects.all()} == {
        one for one in days if one >= STARTS_ON
    }
    kept = set(ServiceLevel.objects.values_list("pk", flat=True))
    dashboards.count_levels(now=MORNING + timedelta(days=30))
    assert kept <= set(ServiceLevel.objects.values_list("pk", flat=True))
    assert shown(ids, "NDVN").together.meters == 3 * 4


def test_every_area_is_the_sum_of_what_hangs_below_it(town):
    ids, homes = town
    for home in homes:
        heard(home, EIGHT)
        command(home, 20)
    dashboards.count_levels(now=MORNING)
    for code in ("NDVN", "D1"):
        lines = shown(ids, code, below=True).lines
        together = shown(ids, code).together
        assert together == shown(ids, code, below=True).together
        assert sum(one.figures.meters for one in lines) == together.meters
        assert sum(one.figures.commands for one in lines) == together.commands


def test_commands_are_told_by_steps_and_those_never_done_are_the_slowest(town):
    ids, (asha, balram, chanda) = town
    for number, took in enumerate([1, 8, 44, 46, 61], 1):
        command(asha, took, number=number)
    command(balram, None, state="failed")
    command(chanda, 5, state="cancelled")
    dashboards.count_levels(now=day_ends(DAY) + timedelta(days=2))
    figures = shown(ids, "NDVN").together
    assert figures.commands == 6
    assert figures.commands_within_s(500) == 45
    assert figures.commands_within_s(833) == 90
    assert figures.commands_within_s(990) is None
    assert figures.reads == 0
    assert figures.reads_within_s(500) is None


def test_readings_on_demand_are_told_the_same_way(town):
    ids, (asha, balram, _chanda) = town
    asked = day_starts(DAY) + timedelta(hours=11)
    OnDemandRead.objects.create(
        meter_id=asha.meter_id,
        asked_at=asked,
        ended_at=asked + timedelta(seconds=4),
        outcome="done",
    )
    OnDemandRead.objects.create(
        meter_id=balram.meter_id,
        asked_at=asked,
        ended_at=asked + timedelta(seconds=2),
        outcome="no_answer",
    )
    dashboards.count_levels(now=MORNING)
    figures = shown(ids, "NDVN").together
    assert (figures.reads, figures.reads_within_s(500)) == (2, 5)
    assert figures.reads_within_s(990) is None


def test_an_area_outside_the_scope_shows_nothing(town):
    ids, (asha, *_others) = town
    heard(asha, EIGHT)
    dashboards.count_levels(now=MORNING)
    found = dashboards.levels(
        scope=Scope(area_ids=frozenset({ids["D2"]})),
        today=DAY,
        below=ids["D1"],
        **WEEK,
    )
    assert (found.lines, found.days, found.counted_at) == ((), (), None)


def test_silent_meters_are_listed_longest_first_with_the_reason(town):
    ids, (asha, balram, chanda) = town
    headend.heard(meter_counters={balram.meter_id: 1, chanda.meter_id: 1}, now=EIGHT)
    headend.count_attempts(
        attempts=[
            Attempt(
                meter_id=balram.meter_id,
                talk=Talk.READ,
                outcome=outcome,
                took_ms=10,
                at=MORNING - timedelta(minutes=minutes),
            )
            for outcome, minutes in (
                (Outcome.DONE, 0),
                (Outcome.NO_ANSWER, 1),
                (Outcome.REFUSED, 2),
            )
        ]
    )
    MeterContact.objects.filter(pk=chanda.meter_id).update(last_heard_at=MORNING)
    whole = Scope(area_ids=frozenset({ids["NDVN"]}))
    found = dashboards.silent_meters(
        scope=whole, since=MORNING - timedelta(minutes=1), limit=10, offset=0
    )
    assert [(one.serial, one.last_outcome) for one in found] == [
        (asha.meter_serial, ""),
        (balram.meter_serial, "no_answer"),
    ]
    assert list(
        dashboards.every_silent_meter(scope=whole, since=MORNING - timedelta(minutes=1))
    ) == list(found)
    nowhere = Scope(area_ids=frozenset({ids["D2"]}))
    assert not dashboards.silent_meters(scope=nowhere, since=MORNING, limit=9, offset=0)


class TestSteps:
    """Counts by steps of time."""

    @given(st.lists(st.integers(1, 86_400), min_size=1, max_size=60), st.integers(1, 1_000))
    def test_the_quantile_is_the_end_of_the_step_that_it_lies_in(self, took, permille):
        counts = [0] * level_rules.STEPS
        for seconds in took:
            counts[sum(ends < seconds for ends in level_rules.STEPS_S)] += 1
        exact = sorted(took)[-(-len(took) * permille // 1_000) - 1]
        told = level_rules.within_s(counts, permille=permille)
        assert told == min(ends for ends in level_rules.STEPS_S if ends >= exact)

    def test_counts_of_days_and_areas_add_up(self):
        assert level_rules.together([(1, 2), (3, 4)]) == (4, 6)
        assert level_rules.together([]) == ()
        assert level_rules.within_s((), permille=500) is None

    def test_nearly_all_are_not_all(self):
        assert level_rules.share_permille(9_999, 10_000) == 999
        assert level_rules.share_permille(0, 0) is None


class TestSettings:
    """The file of targets."""

    def test_the_packaged_file_says_what_the_bidding_document_is_remembered_to_say(self):
        known = level_settings.level_settings_in("")
        assert (known.read_by.hour, known.silent_after_hours) == (8, 24)
        assert known.read_on_time_permille == 950

    @pytest.mark.parametrize(
        ("line", "instead", "key"),
        [
            ('read_by: "08:00"', "read_by: 8", "read_by"),
            ("silent_after_hours: 24", "silent_after_hours: 0", "silent_after_hours"),
            ('percent: "95.0"', "percent: 95", "read_on_time"),
            ("seconds: 60", "seconds: -1", "seconds"),
            ("targets:", "goals:", "targets"),
            ('source: "the same: the slowest twentieth"', 'source: ""', "commands_most"),
        ],
    )
    def test_what_is_wrong_is_named_with_the_file(self, line, instead, key):
        from importlib.resources import files

        text = files("bijlighar.dashboards").joinpath("levels.yaml").read_text("utf-8")
        assert line in text
        with pytest.raises(level_settings.LevelSettingsError, match=rf"my\.yaml.*{key}"):
            level_settings.read_level_settings(
                text.replace(line, instead, 1), where="my.yaml"
            )

    def test_a_file_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(level_settings.LevelSettingsError, match=r"none\.yaml"):
            level_settings.level_settings_in(str(tmp_path / "none.yaml"))

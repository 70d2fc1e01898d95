"""What is read when: periods and windows, gaps, clocks, on demand, and what is counted."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections as databases
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.connections.values import Home
from bijlighar.dlms import axdr, cosem_time, is15959
from bijlighar.dlms.cosem import CaptureObject, ClassId
from bijlighar.headend import service as headend
from bijlighar.headend.layouts import Layout
from bijlighar.headend.poller import Poller
from bijlighar.headend.rules import ClockPolicy, clock_action, drift_of
from bijlighar.headend.schedule import ScheduleError, read_schedule, schedule_in
from bijlighar.headend.session import MeterClockWrong, read_meter
from bijlighar.headend.single_rows import billing
from bijlighar.headend.values import (
    BlockSpan,
    ClockAction,
    Outcome,
    ReadKind,
    ReadPlan,
    Talk,
)
from bijlighar.kernel.ist import day_starts, in_ist, supply_day_of
from bijlighar.readings import service as readings
from bijlighar.readings.values import Blocks
from bijlighar.run.poll import FlowSteps
from tests.cast import STARTS_ON, connect, hear, with_root_key
from tests.dlms.meter import Counters
from tests.headend.head_ends import meters_of
from tests.headend.small_meters import NOW, Answers, SmallMeter, access, honest, listening

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KNOWN = schedule_in("")
POLICY = ClockPolicy(
    set_from=timedelta(seconds=30),
    distrust_from=timedelta(seconds=600),
    away_from_block_ends=timedelta(seconds=90),
)
instants = st.datetimes(
    min_value=datetime(2020, 1, 1),
    max_value=datetime(2040, 1, 1),
    timezones=st.just(UTC),
)


class TestWhen:
    @given(
        kind=st.sampled_from(list(ReadKind)),
        now=instants,
        ago=st.none() | st.timedeltas(timedelta(0), timedelta(days=90)),
    )
    def test_nothing_is_asked_outside_its_window_nor_later_than_a_period_and_a_night(
        self, kind, now, ago
    ):
        last = None if ago is None else now - ago
        due = KNOWN.next_due(kind, last=last, now=now)
        period = KNOWN.periods[kind]
        of_day = due - day_starts(supply_day_of(due))
        assert due >= now
        assert period.opens <= of_day < period.closes
        assert due <= now + period.every + DAY

    def test_a_days_register_is_due_as_soon_as_the_day_has_ended(self):
        midnight = day_starts(date(2026, 4, 3))
        at = midnight - MINUTE
        assert KNOWN.next_due(ReadKind.DAILY, last=at, now=at) == midnight

    def test_half_hours_are_asked_every_hour_of_the_clock(self):
        last = day_starts(date(2026, 4, 3)) + 40 * MINUTE
        due = KNOWN.next_due(ReadKind.BLOCKS, last=last, now=last)
        assert in_ist(due).hour == 1 and in_ist(due).minute == 0

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (("every_minutes: 60", "every_minutes: 0"), "every_minutes must be"),
            (('from: "02:00"', 'from: "25:00"'), "from must be a time"),
            (('until: "22:00"', 'until: "09:00"'), "instant: the window must open"),
            (("most_gaps_a_conversation: 8", ""), "most_gaps_a_conversation must be"),
            (("clock:", "clocks:"), "clock is missing"),
        ],
    )
    def test_a_file_that_says_something_else_is_refused_with_the_key(self, change, why):
        from importlib.resources import files

        text = files("bijlighar.headend").joinpath("reads.yaml").read_text()
        assert change[0] in text
        with pytest.raises(ScheduleError, match=f"here: .*{why}"):
            read_schedule(text.replace(*change), where="here")

    def test_a_file_that_is_not_there_is_named(self):
        with pytest.raises(ScheduleError, match=r"nowhere\.yaml cannot be read"):
            schedule_in("/nowhere.yaml")


class TestClocks:
    def test_what_lies_between_two_looks_is_no_drift(self):
        after = NOW + timedelta(seconds=9)
        assert drift_of(NOW + timedelta(seconds=5), before=NOW, after=after) == 0 * DAY
        assert drift_of(NOW - MINUTE, before=NOW, after=after) == -MINUTE
        assert drift_of(after + MINUTE, before=NOW, after=after) == MINUTE

    @pytest.mark.parametrize(
        ("seconds", "action"),
        [
            (0, ClockAction.KEEP),
            (29, ClockAction.KEEP),
            (30, ClockAction.SET),
            (-600, ClockAction.SET),
            (601, ClockAction.DISTRUST),
            (-90_000, ClockAction.DISTRUST),
        ],
    )
    def test_a_clock_is_left_alone_set_or_not_believed(self, seconds, action):
        at = NOW + 15 * MINUTE
        assert clock_action(timedelta(seconds=seconds), now=at, policy=POLICY) is action

    @given(now=instants, seconds=st.integers(-600, 600))
    def test_no_clock_is_set_over_the_end_of_a_half_hour(self, now, seconds):
        drift = timedelta(seconds=seconds)
        if clock_action(drift, now=now, policy=POLICY) is ClockAction.SET:
            halves = {
                (at - day_starts(supply_day_of(at))) // (30 * MINUTE)
                for at in (now, now + drift)
            }
            assert len(halves) == 1

    def talk(self, meter: SmallMeter):
        at = NOW + 15 * MINUTE
        plan = ReadPlan(
            meter_id=7,
            daily_from=date(2026, 4, 3),
            blocks_from_day=date(2026, 4, 3),
            blocks_from_block=0,
        )

        async def run():
            async with listening(honest(meter, Answers(), Counters())) as port:
                return await read_meter(
                    access=access(port),
                    plan=plan,
                    ask_time=lambda: at,
                    timeout_s=2.0,
                    clock=POLICY,
                )

        return at, asyncio.run(run())

    def test_a_clock_a_minute_behind_is_set_when_all_is_read(self):
        meter = SmallMeter(clock=NOW + 14 * MINUTE)
        at, result = self.talk(meter)
        assert [cosem_time.decode(axdr.octets(one)) for one in meter.written] == [at]
        assert (result.clock.drift_s, result.clock.is_set) == (-60, True)

    def test_a_clock_that_is_right_is_not_touched(self):
        meter = SmallMeter(clock=NOW + 15 * MINUTE)
        _, result = self.talk(meter)
        assert (meter.written, result.clock.is_set) == ([], False)

    def test_a_clock_that_is_far_off_is_told_and_not_set(self):
        meter = SmallMeter(clock=NOW)
        with pytest.raises(MeterClockWrong) as caught:
            self.talk(meter)
        assert caught.value.seen.action is ClockAction.DISTRUST
        assert caught.value.seen.drift_s == -900
        assert meter.written == []


@pytest.fixture
def asha(db: None) -> Home:
    return connect("Asha")[0]


def blocks(home: Home, day: date, first: int, many: int) -> Blocks:
    return Blocks(
        meter_id=home.meter_id, day=day, first_block=first, energies_wh=(100,) * many
    )


class TestGaps:
    """What lacks is found in what is stored, and asked for by its own range."""

    def test_half_hours_that_lack_between_others_are_asked_for_oldest_first(self, asha):
        second = STARTS_ON + DAY
        held = (
            blocks(asha, STARTS_ON, 4, 10),
            blocks(asha, STARTS_ON, 20, 28),
            blocks(asha, second, 6, 42),
        )
        hear(asha, {}, now=NOW, blocks=held)
        (plan,) = headend.plan_reads(now=day_starts(second) + 30 * HOUR, limit=5)
        first = day_starts(STARTS_ON)
        assert plan.gaps == (
            BlockSpan(starts=first, ends=first + 2 * HOUR),
            BlockSpan(starts=first + 7 * HOUR, ends=first + 10 * HOUR),
            BlockSpan(starts=day_starts(second), ends=day_starts(second) + 3 * HOUR),
        )
        assert (plan.blocks_from_day, plan.blocks_from_block) == (second + DAY, 0)

    def test_without_gaps_none_are_asked_for(self, asha):
        held = (blocks(asha, STARTS_ON, 0, 20), blocks(asha, STARTS_ON, 20, 28))
        hear(asha, {}, now=NOW, blocks=held)
        (plan,) = headend.plan_reads(now=NOW, limit=5)
        assert plan.gaps == ()

    def test_a_long_silence_is_made_up_for_in_several_conversations(self, asha):
        now = day_starts(STARTS_ON) + 20 * DAY
        (plan,) = headend.plan_reads(now=now, limit=5)
        assert plan.blocks_until == day_starts(STARTS_ON) + KNOWN.most_days * DAY

    def test_a_stretch_without_power_is_gone_through_to_what_comes_after_it(self):
        plan = ReadPlan(
            meter_id=7,
            daily_from=date(2026, 4, 3),
            blocks_from_day=date(2026, 3, 10),
            blocks_from_block=0,
            blocks_until=day_starts(date(2026, 3, 17)),
        )

        async def run():
            async with listening(honest(SmallMeter(), Answers(), Counters())) as port:
                return await read_meter(
                    access=access(port), plan=plan, ask_time=lambda: NOW, timeout_s=2.0
                )

        result = asyncio.run(run())
        assert [one.day for one in result.heard.blocks] == [date(2026, 4, 1)]
        assert (ReadKind.BLOCKS in result.kinds, result.error) == (True, "")

    def test_a_gap_is_read_by_its_own_range(self):
        midnight = day_starts(date(2026, 4, 1))
        plan = ReadPlan(
            meter_id=7,
            daily_from=date(2026, 4, 3),
            blocks_from_day=date(2026, 4, 3),
            blocks_from_block=0,
            gaps=(BlockSpan(starts=midnight + HOUR, ends=midnight + 2 * HOUR),),
        )

        async def run():
            async with listening(honest(SmallMeter(), Answers(), Counters())) as port:
                return await read_meter(
                    access=access(port), plan=plan, ask_time=lambda: NOW, timeout_s=2.0
                )

        (found,) = asyncio.run(run()).heard.blocks
        assert (found.day, found.first_block, found.energies_wh) == (
            date(2026, 4, 1),
            2,
            (42, 43),
        )


def now() -> datetime:
    return datetime.now(UTC)


def rounds(many: int = 1) -> None:
    """Rounds of reading, as a head-end does them."""

    async def run() -> None:
        with ThreadPoolExecutor(1) as threads:
            poller = Poller(
                steps=FlowSteps(),
                ask_time=now,
                ask_margin=lambda: timedelta(0),
                number=0,
                threads=threads,
            )
            for _ in range(many):
                await poller.read_due()
            threads.submit(databases.close_all).result()

    with with_root_key():
        asyncio.run(run())


@pytest.mark.usefixtures("committed_db")
class TestWhatIsCounted:
    def test_each_attempt_is_counted_by_meter_day_and_outcome(self):
        (dev,) = connect("Dev")
        with meters_of("Asha") as (homes, meters):
            rounds()
            heard = headend.attempts_of(
                meter_id=homes[0].meter_id, day=supply_day_of(now())
            )
            assert [(one.talk, one.outcome, one.many) for one in heard] == [
                (Talk.READ, Outcome.DONE, 1)
            ]
            (seen,) = meters.seen.values()
            assert seen.conversations == 1
        silent = headend.attempts_of(meter_id=dev.meter_id, day=supply_day_of(now()))
        assert [(one.outcome, one.many) for one in silent] == [(Outcome.NO_CONNECTION, 1)]

    def test_on_demand_is_read_at_once_with_what_flows_and_once_however_often_asked(self):
        with meters_of("Asha") as (homes, meters):
            meter_ids = [homes[0].meter_id]
            rounds()
            assert headend.take_reads(now=now(), limit=5, own=0, busy=[], urgent=True) == ()
            asked = [headend.ask_now(meter_ids=meter_ids, now=now()) for _ in range(2)]
            (plan,) = headend.plan_reads(now=now(), limit=5)
            assert (asked, plan.is_urgent) == ([1, 0], True)
            assert ReadKind.INSTANT in plan.kinds
            rounds()
            (seen,) = meters.seen.values()
            assert seen.conversations == 2
            talks = headend.attempts_of(meter_id=meter_ids[0], day=supply_day_of(now()))
            assert {one.talk for one in talks} == {Talk.READ, Talk.ON_DEMAND}
            assert headend.ask_now(meter_ids=meter_ids, now=now()) == 1

    def test_a_meter_claimed_by_a_living_head_end_is_left_to_it(self):
        from django.db import connection

        (asha,) = connect("Asha")
        later = NOW + DAY
        with connection.cursor() as cursor:
            cursor.execute(headend.HOLD_LOCK, [77])

        def take(own: int):
            return headend.take_reads(now=later, limit=5, own=own, busy=[], urgent=False)

        assert len(take(77)) == 1
        assert take(78) == ()
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock_all()")
        assert [one.meter_id for one in take(78)] == [asha.meter_id]


@pytest.mark.parametrize(
    "dated",
    [
        bytes.fromhex("ffffffffffffffffff8000ff"),
        cosem_time.encode(NOW - MINUTE),
        cosem_time.encode(day_starts(date(2026, 5, 1))),
    ],
    ids=["left open", "the clock", "its end to come"],
)
def test_a_billing_period_that_runs_is_left_out_however_it_is_dated(dated):
    columns = (
        CaptureObject(ClassId.DATA, is15959.BILLING_DATE, 2),
        CaptureObject(ClassId.REGISTER, is15959.WH_IMPORT, 2),
    )
    ended = day_starts(date(2026, 4, 1))
    buffer = axdr.array(
        axdr.structure((axdr.octet_string(at), axdr.double_long_unsigned(wh)))
        for at, wh in ((cosem_time.encode(ended), 900), (dated, 1_000))
    )
    found = billing(7, Layout(columns, (None, None)), buffer, until=NOW)
    assert [(one.billed_at, one.register_wh) for one in found] == [(ended, 900)]


def test_all_kinds_are_asked_in_one_association_and_what_a_make_lacks_is_passed_over():
    class Full(SmallMeter):
        def read(self, *, client_sap, attribute, selection):
            if attribute.obis == is15959.POWER_EVENTS:
                at = axdr.octet_string(cosem_time.encode(NOW - HOUR))
                return axdr.array([axdr.structure([at, axdr.long_unsigned(101)])])
            return super().read(
                client_sap=client_sap, attribute=attribute, selection=selection
            )

    plan = ReadPlan(
        meter_id=7,
        daily_from=date(2026, 3, 31),
        blocks_from_day=date(2026, 4, 1),
        blocks_from_block=0,
        kinds=frozenset(ReadKind),
    )

    async def run():
        async with listening(honest(Full(), Answers(), Counters())) as port:
            return await read_meter(
                access=access(port), plan=plan, ask_time=lambda: NOW, timeout_s=2.0
            )

    result = asyncio.run(run())
    assert result.kinds == frozenset(ReadKind)
    assert [(one.code, one.at) for one in result.heard.events] == [(101, NOW - HOUR)]
    assert (result.heard.billing, result.heard.instant) == ((), None)
    assert len(result.heard.daily) == 3 and len(result.heard.blocks) == 1
    assert readings.PROFILE_DAYS == 35 * DAY

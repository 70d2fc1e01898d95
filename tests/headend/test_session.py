"""Conversations with small meters on real sockets: what is read, what is not believed."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.dlms import axdr
from bijlighar.dlms.wrapper import Frame
from bijlighar.headend.relay import TooLate, move_relay
from bijlighar.headend.rows import MeterRefused
from bijlighar.headend.session import MeterClockWrong, read_meter
from bijlighar.headend.transport import MOST_BAD_FRAMES, MeterSilent
from bijlighar.headend.values import ReadKind, ReadPlan, RelayWanted
from bijlighar.kernel.errors import TemporaryError
from bijlighar.readings.values import Blocks, DailyRegister
from tests.dlms.forgery import by_meter, flipped
from tests.dlms.meter import OTHER_KEYS, Counters, block_row
from tests.headend.small_meters import (
    A_DAY,
    FIRST_MIDNIGHT,
    NOW,
    Answers,
    Handler,
    SmallMeter,
    access,
    daily_row,
    honest,
    listening,
    says,
)

OPEN, CLOSED = RelayWanted.OPEN, RelayWanted.CLOSED
PATIENCE_S = 2.0
IMPATIENCE_S = 0.1
HALF_HOUR = timedelta(minutes=30)
MARCH_31, APRIL_1, APRIL_2 = date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2)
ALL = ReadPlan(
    meter_id=7, daily_from=MARCH_31, blocks_from_day=APRIL_1, blocks_from_block=0
)


def call(handler: Handler, talk, **changes):
    """Talk to whoever `handler` is."""

    async def run():
        async with listening(handler) as port:
            return await talk(access(port, **changes))

    return asyncio.run(run())


def read(
    meter: SmallMeter | None = None,
    *,
    plan: ReadPlan = ALL,
    answers: Answers | None = None,
    timeout_s: float = PATIENCE_S,
    **changes,
):
    handler = honest(meter or SmallMeter(), answers or Answers(), Counters())
    return call(
        handler,
        lambda known: read_meter(
            access=known, plan=plan, ask_time=lambda: NOW, timeout_s=timeout_s
        ),
        **changes,
    )


def move(
    meter: SmallMeter,
    wanted: RelayWanted,
    *,
    answers: Answers | None = None,
    timeout_s: float = PATIENCE_S,
    **changes,
) -> bool:
    """Whether the relay is then closed."""
    handler = honest(meter, answers or Answers(), Counters())
    read = call(
        handler,
        lambda known: moving(known, wanted, timeout_s=timeout_s),
        **changes,
    )
    assert read.at == ask_time()
    return read.is_closed


def ask_time() -> datetime:
    return NOW


def moving(known, wanted: RelayWanted, *, timeout_s: float, open_before=None):
    """A conversation that moves the relay."""
    return move_relay(
        access=known,
        wanted=wanted,
        open_before=open_before,
        ask_time=ask_time,
        timeout_s=timeout_s,
    )


def call_impatiently(handler: Handler):
    return call(
        handler,
        lambda known: moving(known, OPEN, timeout_s=IMPATIENCE_S),
    )


# What is read


def test_registers_become_the_days_they_close_and_half_hours_runs():
    result = read()
    assert result.heard.daily == tuple(
        DailyRegister(meter_id=7, day=day, register_wh=wh)
        for day, wh in ((MARCH_31, 1_000), (APRIL_1, 1_500), (APRIL_2, 2_100))
    )
    assert result.heard.blocks == (
        Blocks(meter_id=7, day=APRIL_1, first_block=0, energies_wh=tuple(range(40, 88))),
    )
    assert result.heard.daily_holds_from == MARCH_31
    assert result.meter_counter > 100


@pytest.mark.parametrize("heeds_selection", [True, False])
def test_only_what_was_asked_for_is_taken_also_from_a_meter_that_sends_all(
    heeds_selection,
):
    plan = ReadPlan(
        meter_id=7, daily_from=APRIL_2, blocks_from_day=APRIL_1, blocks_from_block=46
    )
    heard = read(SmallMeter(heeds_selection=heeds_selection), plan=plan).heard
    assert [one.day for one in heard.daily] == [APRIL_2]
    (run,) = heard.blocks
    assert (run.first_block, run.energies_wh) == (46, (86, 87))
    assert heard.daily_holds_from == APRIL_2


def test_a_meter_with_nothing_new_is_heard_with_nothing():
    plan = ReadPlan(
        meter_id=7,
        daily_from=date(2026, 4, 3),
        blocks_from_day=date(2026, 4, 3),
        blocks_from_block=0,
    )
    heard = read(plan=plan).heard
    assert (heard.daily, heard.blocks, heard.daily_holds_from) == ((), (), None)


def test_lost_half_hours_part_the_runs_and_midnight_parts_the_days():
    meter = SmallMeter(rows=[block_row(n) for n in (0, 1, 5, 46, 47, 48, 49)])
    runs = [(one.day, one.first_block, one.energies_wh) for one in read(meter).heard.blocks]
    assert runs == [
        (APRIL_1, 0, (40, 41)),
        (APRIL_1, 5, (45,)),
        (APRIL_1, 46, (86, 87)),
        (APRIL_2, 0, (88, 89)),
    ]


def test_rows_in_any_order_are_sorted():
    meter = SmallMeter()
    meter.daily.reverse()
    meter.rows.reverse()
    assert read(meter).heard == read().heard


def test_a_daily_row_that_is_not_of_midnight_closes_no_day():
    meter = SmallMeter()
    late = FIRST_MIDNIGHT + A_DAY + HALF_HOUR
    meter.daily.insert(2, daily_row(late, axdr.double_long_unsigned(1_510)))
    assert len(read(meter).heard.daily) == 3


def test_a_row_of_the_future_is_not_taken():
    meter = SmallMeter(heeds_selection=False)
    meter.daily.append(daily_row(NOW + 9 * A_DAY, axdr.double_long_unsigned(9_000)))
    meter.daily.insert(
        0,
        daily_row(
            datetime.fromisoformat("0001-01-02T00:00:00+00:00"),
            axdr.double_long_unsigned(1),
        ),
    )
    assert [one.register_wh for one in read(meter).heard.daily] == [1_000, 1_500, 2_100]


@pytest.mark.parametrize(
    "wh",
    [
        axdr.double_long(-1),
        axdr.long64(-(2**63)),
        axdr.long64_unsigned(2**64 - 1),
        axdr.boolean(True),
        axdr.octet_string(b"1500"),
        axdr.float64(1500.0),
        axdr.null(),
    ],
    ids=repr,
)
def test_what_is_no_energy_is_refused_before_it_reaches_anybody_else(wh):
    meter = SmallMeter()
    meter.daily[1] = daily_row(FIRST_MIDNIGHT + A_DAY, wh)
    with pytest.raises(MeterRefused, match="for Wh"):
        read(meter)


def test_half_an_hour_holds_no_more_than_fits_where_it_is_kept():
    meter = SmallMeter()
    cells = list(axdr.elements(meter.rows[0]))
    cells[3] = axdr.double_long_unsigned(2**31)
    meter.rows[0] = axdr.structure(cells)
    result = read(meter)
    assert "for Wh" in result.error
    assert (result.heard.blocks, len(result.heard.daily)) == ((), 3)
    assert result.kinds == {ReadKind.DAILY}


@pytest.mark.parametrize("minutes", [-10, -1, 0, 10])
def test_a_clock_that_is_nearly_right_is_right(minutes):
    assert read(SmallMeter(clock=NOW + timedelta(minutes=minutes))).heard.daily


@pytest.mark.parametrize("minutes", [-1_440, -11, 11, 525_600])
def test_a_meter_whose_clock_is_wrong_is_not_read(minutes):
    with pytest.raises(MeterClockWrong, match="clock shows 20"):
        read(SmallMeter(clock=NOW + timedelta(minutes=minutes)))


# The relay


@pytest.mark.parametrize("wanted", [OPEN, CLOSED])
def test_a_relay_is_moved_and_read_back(wanted):
    meter = SmallMeter(relay_closed=wanted is OPEN)
    assert move(meter, wanted) is (wanted is CLOSED)
    assert meter.relay_closed is (wanted is CLOSED)


@pytest.mark.parametrize("wanted", [OPEN, CLOSED])
def test_a_relay_that_is_as_wished_is_not_moved(wanted):
    meter = SmallMeter(relay_closed=wanted is CLOSED)
    assert move(meter, wanted) is (wanted is CLOSED)
    assert meter.moves == 0


def test_a_relay_that_sticks_is_told_as_it_is():
    meter = SmallMeter(is_stuck=True)
    assert move(meter, OPEN) is True
    assert meter.moves == 1


def test_a_relay_whose_answer_was_lost_is_read_at_the_next_attempt():
    meter, counters = SmallMeter(), Counters()
    lost = honest(meter, Answers(hangs_up_after=3), counters)
    with pytest.raises(MeterSilent):
        call(lost, lambda known: moving(known, OPEN, timeout_s=1))
    assert not meter.relay_closed
    again = honest(meter, Answers(), counters)
    read = call(
        again,
        lambda known: moving(known, OPEN, timeout_s=1),
        first_counter=257,
    )
    assert (read.is_closed, meter.moves) == (False, 1)


def test_a_meter_that_hangs_up_instead_of_releasing_has_answered():
    answers = Answers()
    read(answers=answers)
    all_but_the_release = answers.given - 1
    heard = read(answers=Answers(hangs_up_after=all_but_the_release)).heard
    assert len(heard.daily) == 3
    meter = SmallMeter()
    assert move(meter, OPEN, answers=Answers(hangs_up_after=5)) is False


@pytest.mark.parametrize("after", range(5))
def test_a_meter_that_hangs_up_before_the_relay_is_read_back_has_not(after):
    with pytest.raises(MeterSilent, match="closed the connection"):
        move(SmallMeter(), OPEN, answers=Answers(hangs_up_after=after))


# Who is not believed


def protected(apdu: bytes) -> bool:
    """All are but the answer that opens the association (AARE)."""
    return apdu[0] != 0x61


def test_answers_that_come_after_forged_ones_are_heard():
    def forge(apdu: bytes) -> list[bytes]:
        if not protected(apdu):
            return [apdu]
        return [flipped(apdu, len(apdu) * 8 - 1), by_meter(2**31, keys=OTHER_KEYS), apdu]

    assert len(read(answers=Answers(towards_client=forge)).heard.daily) == 3
    assert move(SmallMeter(), OPEN, answers=Answers(towards_client=forge)) is False


def test_answers_that_come_after_replayed_ones_are_heard():
    before: list[bytes] = []

    def replay(apdu: bytes) -> list[bytes]:
        again = [one for one in before[-1:] if protected(apdu)]
        if protected(apdu):
            before.append(apdu)
        return [*again, apdu]

    assert move(SmallMeter(), OPEN, answers=Answers(towards_client=replay)) is False
    assert len(before) >= 4


def test_forged_answers_alone_are_not_listened_to_for_ever():
    def forge(apdu: bytes) -> list[bytes]:
        bad = flipped(apdu, len(apdu) * 8 - 1)
        return [bad] * (MOST_BAD_FRAMES + 1) if protected(apdu) else [apdu]

    with pytest.raises(TemporaryError, match=f"{MOST_BAD_FRAMES} frames"):
        read(answers=Answers(towards_client=forge))


def test_a_meter_that_swallows_its_answers_is_silent_in_time():
    answers = Answers(towards_client=lambda apdu: [] if protected(apdu) else [apdu])
    with pytest.raises(MeterSilent, match=r"No answer within 0\.1 seconds"):
        move(SmallMeter(), OPEN, answers=answers, timeout_s=IMPATIENCE_S)


@pytest.mark.parametrize(
    "changes",
    [
        {"encryption_key": OTHER_KEYS.encryption_key},
        {"authentication_key": OTHER_KEYS.authentication_key},
        {"system_title": b"BIJ00002"},
    ],
)
def test_a_meter_that_does_not_prove_who_it_is_is_not_believed_and_not_moved(changes):
    meter = SmallMeter()
    with pytest.raises(TemporaryError):
        move(meter, OPEN, timeout_s=IMPATIENCE_S, **changes)
    assert meter.moves == 0


def test_a_meter_whose_counter_is_behind_what_was_heard_is_not_believed():
    with pytest.raises(TemporaryError):
        move(SmallMeter(), OPEN, timeout_s=IMPATIENCE_S, known_meter_counter=10_000)


def test_a_conversation_uses_only_the_counters_leased_for_it():
    with pytest.raises(MeterRefused, match="too many frames"):
        move(SmallMeter(), OPEN, leased_counters=3)


# Who is no meter at all


def test_nobody_there_is_silent():
    async def call_nobody() -> None:
        async with listening(says(b"", hangs_up=True)) as port:
            pass
        await moving(access(port), OPEN, timeout_s=IMPATIENCE_S)

    with pytest.raises(MeterSilent, match=r"No connection to 127\.0\.0\.1"):
        asyncio.run(call_nobody())


def test_who_closes_at_once_is_silent():
    with pytest.raises(MeterSilent, match=r"closed the connection|connection broke"):
        call_impatiently(says(b"", hangs_up=True))


def test_who_never_answers_is_silent():
    with pytest.raises(MeterSilent, match="No answer within"):
        call_impatiently(says(b"", hangs_up=False))


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\xff" * 64,
        b"\x00\x01\x00\x01\x00\x30\xff\xff",
        Frame(1, 48, b"").to_bytes(),
        Frame(1, 48, b"\x61\x00").to_bytes(),
        Frame(1, 48, b"\x00" * 20).to_bytes() * 20,
        Frame(1, 48, b"\x61" * 40).to_bytes()[:20],
    ],
    ids=["http", "ones", "endless frame", "empty", "short", "zeroes", "half a frame"],
)
@pytest.mark.parametrize("hangs_up", [True, False])
def test_who_talks_nonsense_is_told_as_something_to_try_again(data, hangs_up):
    with pytest.raises(TemporaryError):
        call_impatiently(says(data, hangs_up=hangs_up))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=120), st.booleans())
def test_any_octets_at_all_are_something_to_try_again(data, is_framed):
    said = Frame(1, 48, data).to_bytes() if is_framed else data
    with pytest.raises(TemporaryError):
        call_impatiently(says(said, hangs_up=True))


def test_a_relay_is_not_opened_after_the_last_moment_but_closed_at_any():
    meter = SmallMeter()
    before = NOW + timedelta(seconds=1)
    handler = honest(meter, Answers(), Counters())
    with pytest.raises(TooLate):
        call(
            handler,
            lambda known: moving(known, OPEN, timeout_s=PATIENCE_S, open_before=NOW),
        )
    assert meter.relay_closed
    read = call(
        honest(meter, Answers(), Counters()),
        lambda known: moving(known, OPEN, timeout_s=PATIENCE_S, open_before=before),
    )
    assert read.is_closed is meter.relay_closed is False
    read = call(
        honest(meter, Answers(), Counters()),
        lambda known: moving(known, CLOSED, timeout_s=PATIENCE_S, open_before=NOW),
    )
    assert read.is_closed is meter.relay_closed is True

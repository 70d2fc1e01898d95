"""Keys at rest, pauses before another attempt, and the life of a command."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from bijlighar.headend.keys import NoRootKey, WrongRootKey, root_key, unwrap, wrap
from bijlighar.headend.rules import MOST_ATTEMPTS, retry_command_after, retry_read_after
from bijlighar.headend.states import NEXT
from bijlighar.headend.values import CommandState, MeterKeys

ROOT, OTHER_ROOT = bytes(range(32)), bytes(range(1, 33))
KEYS = MeterKeys(encryption_key=b"encryption key 1", authentication_key=b"authentication 1")

# Keys


def test_wrapped_keys_open_again():
    assert (
        unwrap(wrapped=wrap(keys=KEYS, meter_id=7, root=ROOT), meter_id=7, root=ROOT)
        == KEYS
    )


def test_wrapped_keys_show_nothing_of_themselves_and_never_look_the_same():
    first, second = (wrap(keys=KEYS, meter_id=7, root=ROOT) for _ in range(2))
    assert first != second
    assert KEYS.encryption_key not in first
    assert KEYS.authentication_key not in first


@pytest.mark.parametrize(("meter_id", "root"), [(8, ROOT), (77, ROOT), (7, OTHER_ROOT)])
def test_keys_of_another_meter_or_under_another_root_do_not_open(meter_id, root):
    wrapped = wrap(keys=KEYS, meter_id=7, root=ROOT)
    with pytest.raises(WrongRootKey, match="restore the right BIJLIGHAR_ROOT_KEY"):
        unwrap(wrapped=wrapped, meter_id=meter_id, root=root)


def test_no_bit_of_wrapped_keys_can_be_flipped():
    wrapped = wrap(keys=KEYS, meter_id=7, root=ROOT)
    for bit in range(len(wrapped) * 8):
        forged = bytearray(wrapped)
        forged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WrongRootKey):
            unwrap(wrapped=bytes(forged), meter_id=7, root=ROOT)


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 27, 28, 59])
def test_what_is_cut_short_does_not_open(length):
    wrapped = wrap(keys=KEYS, meter_id=7, root=ROOT)
    with pytest.raises(WrongRootKey):
        unwrap(wrapped=wrapped[:length], meter_id=7, root=ROOT)


def test_keys_of_another_length_are_not_wrapped():
    short = MeterKeys(encryption_key=b"short", authentication_key=b"authentication 1")
    with pytest.raises(AssertionError):
        wrap(keys=short, meter_id=7, root=ROOT)


def test_a_root_key_is_64_hexadecimal_digits():
    assert root_key(ROOT.hex()) == ROOT
    assert root_key(ROOT.hex().upper()) == ROOT


@pytest.mark.parametrize(
    "text", ["", "00" * 31, "00" * 33, "0" * 63, "xy" * 32, "०" * 64, "0x" + "00" * 31]
)
def test_anything_else_is_told_in_one_sentence(text):
    with pytest.raises(NoRootKey, match="64 hexadecimal digits"):
        root_key(text)


# Pauses


def test_pauses_before_a_command_is_sent_again_double_up_to_five_minutes():
    pauses = [retry_command_after(attempts=n) // timedelta(seconds=1) for n in range(1, 12)]
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_all_attempts_at_a_command_take_a_minute_or_two():
    pauses = [retry_command_after(attempts=n) for n in range(1, MOST_ATTEMPTS)]
    assert timedelta(minutes=1) <= sum(pauses, timedelta()) <= timedelta(minutes=2)


def test_pauses_before_a_silent_meter_is_asked_double_up_to_an_hour():
    pauses = [
        retry_read_after(failures_in_a_row=n) // timedelta(minutes=1) for n in range(1, 7)
    ]
    assert pauses == [10, 20, 40, 60, 60, 60]


@pytest.mark.parametrize("many", [100, 10_000_000])
def test_a_meter_silent_for_ever_is_still_asked_every_hour(many):
    assert retry_read_after(failures_in_a_row=many) == timedelta(hours=1)


# The life of a command

QUEUED, SENDING, CONFIRMED, FAILED, CANCELLED = CommandState
LEADS_TO = {
    (QUEUED, SENDING),
    (QUEUED, CANCELLED),
    (SENDING, CONFIRMED),
    (SENDING, QUEUED),
    (SENDING, FAILED),
    (SENDING, CANCELLED),
    (FAILED, CANCELLED),
}


@pytest.mark.parametrize(("before", "then"), list(product(CommandState, CommandState)))
def test_what_leads_where_is_written_out(before, then):
    assert (then in NEXT[before]) is ((before, then) in LEADS_TO)


def test_what_is_final_leads_nowhere():
    ends = {CommandState.CONFIRMED, CommandState.CANCELLED}
    assert {state for state in CommandState if not NEXT[state]} == ends

"""Head-end and meter talk to each other: the real client and the real server, no mocks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.dlms import axdr, cosem_time, is15959, profiles
from bijlighar.dlms.apdu import decode
from bijlighar.dlms.apdu.ciphered import CipheredApdu
from bijlighar.dlms.apdu.initiate import SPOKEN, Conformance
from bijlighar.dlms.cosem import (
    REPLY_TO_HLS,
    AccessResult,
    ActionResult,
    Attribute,
    EntrySelection,
    Method,
    RangeSelection,
)
from bijlighar.dlms.errors import AccessRefused, ActionRefused, AssociationRefused
from bijlighar.dlms.states import State

from .meter import (
    BLOCK_LOAD,
    HALF_HOUR,
    METER_TITLE,
    MIDNIGHT,
    WH_IMPORT,
    associated,
    line,
)

CAPTURES = is15959.SINGLE_PHASE_BLOCK_LOAD
SAPS = [16, 32, 33, 48]


@pytest.mark.parametrize("sap", SAPS)
def test_each_client_associates_reads_and_releases(sap):
    talk = line(sap)
    talk.run(talk.client.associate())
    assert talk.client.state is talk.server.state_of(sap) is State.ASSOCIATED
    assert talk.run(talk.client.get(WH_IMPORT)) == axdr.double_long_unsigned(123_456)
    talk.run(talk.client.release())
    assert talk.client.state is talk.server.state_of(sap) is State.IDLE


@pytest.mark.parametrize("sap", SAPS)
def test_an_association_can_follow_another(sap):
    talk = associated(sap)
    talk.run(talk.client.release())
    talk.run(talk.client.associate())
    talk.run(talk.client.associate())
    talk.run(talk.client.get(WH_IMPORT))


def test_no_challenge_is_given_out_twice():
    talk = associated(48)
    first = decode(talk.received[0]).authentication_value
    asked = decode(talk.sent[0]).authentication_value
    talk.run(talk.client.release())
    start = len(talk.received)
    talk.run(talk.client.associate())
    assert decode(talk.received[start]).authentication_value != first
    assert decode(talk.sent[start]).authentication_value != asked


def test_a_ciphered_association_tells_titles_and_counters():
    talk = associated(48)
    assert talk.client.meter_title == METER_TITLE
    assert talk.client.last_meter_counter == talk.counters.own
    before = talk.counters.received(48)
    talk.run(talk.client.get(WH_IMPORT))
    assert talk.client.last_meter_counter == talk.counters.own
    assert talk.counters.received(48) == before + 1


def test_everything_after_the_association_is_sealed_with_new_counters():
    talk = associated(48)
    talk.run(talk.client.get(BLOCK_LOAD))
    services = [apdu for apdu in talk.sent + talk.received if apdu[0] not in (0x60, 0x61)]
    sealed = [decode(apdu).sealed for apdu in services]
    assert all(isinstance(decode(apdu), CipheredApdu) for apdu in services)
    assert {octets[0] for octets in sealed} == {0x30}
    sent = [int.from_bytes(s[1:5], "big") for s in sealed[: len(talk.sent) - 1]]
    assert sent == sorted(set(sent))


@pytest.mark.parametrize("sap", [16, 48])
@pytest.mark.parametrize("max_pdu", [128, 200, 1024, 65_535])
def test_a_day_of_half_hours_comes_whole_in_blocks_of_any_size(sap, max_pdu):
    talk = associated(sap, max_pdu=max_pdu)
    buffer = talk.run(talk.client.get(BLOCK_LOAD))
    assert buffer == axdr.array(talk.meter.rows)
    assert max(map(len, talk.received)) <= min(max_pdu, 1024)
    assert len(talk.received) > (2 if sap == 16 else 3)


def test_the_shorter_of_the_two_limits_holds():
    meters = associated(48, max_pdu=300)
    meters.run(meters.client.get(BLOCK_LOAD))
    assert 250 < max(map(len, meters.received)) <= 300


@given(count=st.integers(0, 120), max_pdu=st.integers(128, 700))
@settings(max_examples=30)
def test_a_profile_of_any_length_comes_whole(count, max_pdu):
    talk = associated(48, max_pdu=max_pdu)
    talk.meter.rows = (talk.meter.rows * 3)[:count]
    assert talk.run(talk.client.get(BLOCK_LOAD)) == axdr.array(talk.meter.rows)
    assert max(map(len, talk.received)) <= max_pdu


def test_a_range_has_both_its_ends():
    talk = associated(48)
    selection = RangeSelection(MIDNIGHT + 2 * HALF_HOUR, MIDNIGHT + 4 * HALF_HOUR)
    buffer = talk.run(talk.client.get(BLOCK_LOAD, selection))
    rows = profiles.parse_rows(buffer, CAPTURES)
    assert [row[0] for row in rows] == [MIDNIGHT + n * HALF_HOUR for n in (2, 3, 4)]


def test_a_range_may_choose_columns():
    talk = associated(48)
    columns = (CAPTURES[0], CAPTURES[3])
    selection = RangeSelection(MIDNIGHT, MIDNIGHT + timedelta(days=1), columns)
    rows = profiles.parse_rows(talk.run(talk.client.get(BLOCK_LOAD, selection)), columns)
    assert rows[0] == (MIDNIGHT + HALF_HOUR, 40)
    assert len(rows) == 48


@pytest.mark.parametrize(
    ("selection", "rows", "columns"),
    [
        (EntrySelection(1, 1), slice(0, 1), slice(None)),
        (EntrySelection(47, 0), slice(46, 48), slice(None)),
        (EntrySelection(40, 90), slice(39, 48), slice(None)),
        (EntrySelection(49, 0), slice(0, 0), slice(None)),
        (EntrySelection(1, 2, 4, 5), slice(0, 2), slice(3, 5)),
        (EntrySelection(1, 2, 7), slice(0, 2), slice(6, None)),
    ],
)
def test_entries_are_chosen_by_number(selection, rows, columns):
    talk = associated(48)
    buffer = talk.run(talk.client.get(BLOCK_LOAD, selection))
    chosen = talk.meter.rows[rows]
    assert buffer.plain() == [row.plain()[columns] for row in chosen]


def test_the_clock_is_set():
    talk = associated(48)
    now = axdr.octet_string(cosem_time.encode(MIDNIGHT))
    talk.run(talk.client.set(is15959.CLOCK_TIME, now))
    assert talk.meter.written == [now]


def test_the_relay_opens_and_closes():
    talk = associated(48)
    assert talk.run(talk.client.invoke(is15959.REMOTE_DISCONNECT, axdr.integer(0))) is None
    assert not talk.meter.relay_closed
    talk.meter.echoed = axdr.unsigned(7)
    closed = talk.run(talk.client.invoke(is15959.REMOTE_RECONNECT, axdr.integer(0)))
    assert closed == axdr.unsigned(7)
    assert talk.meter.relay_closed


def test_what_the_meter_does_not_have_is_said_and_the_talk_goes_on():
    talk = associated(48)
    nowhere = Attribute(3, is15959.VOLTAGE, 2)
    with pytest.raises(AccessRefused) as unread:
        talk.run(talk.client.get(nowhere))
    with pytest.raises(AccessRefused) as unwritten:
        talk.run(talk.client.set(nowhere, axdr.null()))
    with pytest.raises(ActionRefused) as undone:
        talk.run(talk.client.invoke(Method(3, is15959.VOLTAGE, 1)))
    assert unread.value.result is AccessResult.OBJECT_UNDEFINED
    assert unwritten.value.result is AccessResult.READ_WRITE_DENIED
    assert undone.value.result is ActionResult.OBJECT_UNDEFINED
    talk.run(talk.client.get(WH_IMPORT))


def test_the_challenge_is_answered_once_only():
    talk = associated(48)
    with pytest.raises(ActionRefused) as refusal:
        talk.run(talk.client.invoke(REPLY_TO_HLS, axdr.octet_string(bytes(17))))
    assert refusal.value.result is ActionResult.READ_WRITE_DENIED


def test_an_answer_to_an_action_that_is_too_long_is_not_sent_to_who_takes_no_blocks():
    only_short = SPOKEN & ~Conformance.BLOCK_TRANSFER_WITH_ACTION
    talk = associated(48, max_pdu=128, conformance=only_short)
    talk.meter.echoed = axdr.octet_string(bytes(200))
    with pytest.raises(ActionRefused) as refusal:
        talk.run(talk.client.invoke(is15959.REMOTE_RECONNECT, axdr.integer(0)))
    assert refusal.value.result is ActionResult.LONG_ACTION_ABORTED


def test_two_clients_share_one_connection():
    talk = associated(48)
    public = line(16)
    public.server = talk.server
    public.run(public.client.associate())
    public.run(public.client.get(WH_IMPORT))
    public.run(public.client.release())
    assert talk.server.state_of(48) is State.ASSOCIATED
    talk.run(talk.client.get(WH_IMPORT))


def test_a_range_of_what_has_no_clock_is_refused():
    talk = associated(48)
    column = is15959.SINGLE_PHASE_DAILY_LOAD[1]
    selection = RangeSelection(MIDNIGHT, MIDNIGHT + HALF_HOUR, (column,))
    with pytest.raises(AccessRefused) as refusal:
        talk.run(talk.client.get(BLOCK_LOAD, selection))
    assert refusal.value.result is AccessResult.SCOPE_OF_ACCESS_VIOLATED


def test_a_wrong_password_opens_nothing():
    for sap in (32, 33):
        talk = line(sap, secret=b"wrong")
        with pytest.raises(AssociationRefused) as refusal:
            talk.run(talk.client.associate())
        assert refusal.value.diagnostic == 13
        assert talk.client.state is talk.server.state_of(sap) is State.IDLE

"""Every kind of protection that a make may want, and that none is taken for another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.dlms import apdu, axdr, is15959
from bijlighar.dlms.apdu import association, initiate
from bijlighar.dlms.apdu.ciphered import DEDICATED_TAGS, GLOBAL_TAG_OF
from bijlighar.dlms.apdu.initiate import SPOKEN, Conformance
from bijlighar.dlms.client import ClientSettings
from bijlighar.dlms.errors import (
    AssociationRefused,
    BijligharError,
    CounterReplayed,
    DecodeError,
    FrameForged,
    RefusedError,
    SecurityDowngraded,
    ServiceRefused,
    UnexpectedAnswer,
)
from bijlighar.dlms.protection import Form
from bijlighar.dlms.security import SecurityControl, SecurityKeys
from bijlighar.dlms.states import State

from .forgery import GET, READING, by_head_end, by_meter, flipped, memory
from .meter import (
    BLOCK_LOAD,
    HEAD_END_TITLE,
    KEYS,
    METER_TITLE,
    WH_IMPORT,
    Line,
    associated,
    line,
)

ENERGY = axdr.double_long_unsigned(123_456)
AUTHENTICATED = SecurityControl.AUTHENTICATED
ENCRYPTED = SecurityControl.ENCRYPTED
BOTH = SecurityControl.AUTHENTICATED_ENCRYPTED
DEDICATED = b"key of today"[:12] + b"1234"
DEDICATED_KEYS = SecurityKeys(
    encryption_key=DEDICATED, authentication_key=KEYS.authentication_key
)
# Invocation 1 of an association is the proof: the first GET is the second.
TO_SECOND = READING[:2] + b"\xc2" + READING[3:]
GENERAL = {"meter_does": {"is_general": True}, "is_general": True}


def protected_by(control: SecurityControl) -> dict:
    return {"meter_does": {"control": control}, "control": control}


@pytest.mark.parametrize("sap", [32, 48])
@pytest.mark.parametrize("is_general", [False, True])
@pytest.mark.parametrize(
    ("control", "dedicated_key"),
    [
        (AUTHENTICATED, None),  # a key never travels in the clear
        (ENCRYPTED, None),
        (BOTH, None),
        (ENCRYPTED, DEDICATED),
        (BOTH, DEDICATED),
    ],
)
def test_all_kinds_of_protection_open_read_move_and_close(
    sap, control, is_general, dedicated_key
):
    talk = associated(
        sap,
        meter_does={"control": control, "is_general": is_general},
        control=control,
        is_general=is_general,
        dedicated_key=dedicated_key,
    )
    start = len(talk.sent)
    assert talk.run(talk.client.get(WH_IMPORT)) == ENERGY
    assert talk.run(talk.client.get(BLOCK_LOAD)) == axdr.array(talk.meter.rows)
    talk.run(talk.client.invoke(is15959.REMOTE_DISCONNECT, axdr.integer(0)))
    assert not talk.meter.relay_closed
    tags = {octets[0] for octets in talk.sent[start:] + talk.received[start:]}
    if is_general:
        assert tags == {0xDB if dedicated_key is None else 0xDC}
    else:
        assert tags <= (
            set(GLOBAL_TAG_OF.values()) if dedicated_key is None else DEDICATED_TAGS
        )
    assert {apdu.decode(octets).sealed[0] for octets in talk.sent[start:]} == {control}
    talk.run(talk.client.release())
    assert talk.client.state is talk.server.state_of(sap) is State.IDLE


@pytest.mark.parametrize("control", [AUTHENTICATED, BOTH])
@pytest.mark.parametrize("weaker", SecurityControl)
def test_c21_less_protection_than_agreed_is_refused_by_both_sides(control, weaker):
    if weaker & control == control:
        return
    talk = associated(48, **protected_by(control))
    before = memory(talk)
    answer = talk.server.receive(client_sap=48, apdu=by_head_end(1000, control=weaker))
    assert answer[0] == 0xD8
    exchange = talk.client.get(WH_IMPORT)
    genuine = talk.server.receive(client_sap=48, apdu=next(exchange))
    with pytest.raises(SecurityDowngraded):
        exchange.send(by_meter(1000, control=weaker))
    assert memory(talk)[:4] == before[:4]
    with pytest.raises(StopIteration):
        exchange.send(genuine)


def test_more_protection_than_agreed_is_taken():
    talk = associated(48, **protected_by(AUTHENTICATED))
    exchange = talk.client.get(WH_IMPORT)
    next(exchange)
    with pytest.raises(StopIteration):
        exchange.send(by_meter(1000, TO_SECOND, control=BOTH))


def test_a_dedicated_key_never_travels_in_the_clear():
    for changes in ({"keys": None}, {"control": AUTHENTICATED}):
        with pytest.raises(AssertionError):
            ClientSettings(
                **(
                    {
                        "client_sap": 48,
                        "keys": KEYS,
                        "system_title": HEAD_END_TITLE,
                        "dedicated_key": DEDICATED,
                    }
                    | changes
                )
            )


def test_a_dedicated_key_of_another_length_opens_nothing():
    talk = line(48)
    asked = initiate.InitiateRequest(
        conformance=SPOKEN, max_pdu=1024, dedicated_key=b"short"
    )
    request = association.AssociateRequest(
        ciphered=True,
        client_title=HEAD_END_TITLE,
        mechanism=5,
        authentication_value=b"a challenge",
        user_information=by_head_end(10, asked.to_bytes()),
    )
    answer = apdu.decode(talk.server.receive(client_sap=48, apdu=request.to_bytes()))
    assert answer.result == association.REJECTED_FOR_GOOD
    assert talk.server.state_of(48) is State.IDLE


# Under a dedicated key


def dedicated() -> Line:
    return associated(48, dedicated_key=DEDICATED)


def test_global_frames_are_refused_where_a_dedicated_key_is_agreed():
    talk = dedicated()
    before = memory(talk)
    answer = talk.server.receive(client_sap=48, apdu=by_head_end(1000))
    assert answer[0] == 0xD8
    assert memory(talk) == before
    exchange = talk.client.get(WH_IMPORT)
    genuine = talk.server.receive(client_sap=48, apdu=next(exchange))
    with pytest.raises(UnexpectedAnswer, match="glo ciphering"):
        exchange.send(by_meter(1000))
    with pytest.raises(StopIteration):
        exchange.send(genuine)


def test_c21_dedicated_frames_replayed_or_flipped_are_refused_and_the_next_is_taken():
    talk = dedicated()
    talk.run(talk.client.get(WH_IMPORT))
    recorded_request, recorded_answer = talk.sent[-1], talk.received[-1]
    before = memory(talk)
    answer = talk.server.receive(client_sap=48, apdu=recorded_request)
    assert apdu.decode(answer).service_error == 6
    for bit in range(8, len(recorded_request) * 8, 5):
        bent = flipped(recorded_request, bit)
        assert talk.server.receive(client_sap=48, apdu=bent)[0] == 0xD8
    assert memory(talk) == before
    exchange = talk.client.get(WH_IMPORT)
    genuine = talk.server.receive(client_sap=48, apdu=next(exchange))
    with pytest.raises(CounterReplayed):
        exchange.send(recorded_answer)
    for bit in range(8, len(genuine) * 8, 5):
        with pytest.raises((FrameForged, RefusedError, DecodeError)):
            exchange.send(flipped(genuine, bit))
        assert not exchange.is_over
    with pytest.raises(StopIteration):
        exchange.send(genuine)


def test_c21_frames_of_an_earlier_dedicated_key_are_of_no_use():
    talk = dedicated()
    talk.run(talk.client.get(WH_IMPORT))
    recorded = talk.sent[-1]
    talk.run(talk.client.release())
    talk.client.settings = talk.client._channel.settings = ClientSettings(
        client_sap=48,
        authentication=talk.client.settings.authentication,
        keys=KEYS,
        system_title=HEAD_END_TITLE,
        dedicated_key=bytes(reversed(DEDICATED)),
    )
    talk.run(talk.client.associate())
    before = memory(talk)
    assert talk.server.receive(client_sap=48, apdu=recorded)[0] == 0xD8
    assert memory(talk) == before
    assert talk.run(talk.client.get(WH_IMPORT)) == ENERGY


def test_counters_of_a_dedicated_key_do_not_move_the_global_ones():
    talk = dedicated()
    known = talk.client.last_meter_counter, talk.counters.received(48)
    talk.run(talk.client.get(WH_IMPORT))
    assert (talk.client.last_meter_counter, talk.counters.received(48)) == known
    high = by_head_end(2**32 - 2, keys=DEDICATED_KEYS, form=Form.DEDICATED)
    assert talk.server.receive(client_sap=48, apdu=high)[0] == 212
    talk.run(talk.client.release())
    talk.run(talk.client.associate())
    assert talk.run(talk.client.get(WH_IMPORT)) == ENERGY


# In general form


def test_general_form_is_taken_only_where_it_is_agreed_and_only_from_the_right_title():
    talk = associated(48, **GENERAL)
    before = memory(talk)
    plain, general = {"form": Form.GLOBAL}, {"form": Form.GENERAL_GLOBAL}
    for frame in (
        by_head_end(1000, **plain),
        by_head_end(1000, **general, system_title=METER_TITLE),
    ):
        assert talk.server.receive(client_sap=48, apdu=frame)[0] == 0xD8
    assert memory(talk) == before
    exchange = talk.client.get(WH_IMPORT)
    genuine = talk.server.receive(client_sap=48, apdu=next(exchange))
    for frame in (
        by_meter(1000, **plain),
        by_meter(1000, **general, system_title=HEAD_END_TITLE),
        by_meter(1000, GET, **general),
    ):
        with pytest.raises((UnexpectedAnswer, DecodeError)):
            exchange.send(frame)
    with pytest.raises(StopIteration):
        exchange.send(genuine)
    strict = associated(48)
    assert (
        strict.server.receive(client_sap=48, apdu=by_head_end(1000, **general))[0] == 0xD8
    )


# In general blocks

IN_BLOCKS = {"conformance": SPOKEN | Conformance.GENERAL_BLOCK_TRANSFER}


@given(
    sap=st.sampled_from([16, 48]),
    max_pdu=st.integers(64, 400),
    octets=st.binary(max_size=900),
    dedicated_key=st.sampled_from([None, DEDICATED]),
    is_general=st.booleans(),
)
@settings(max_examples=40)
def test_requests_and_answers_of_any_length_go_in_general_blocks(
    sap, max_pdu, octets, dedicated_key, is_general
):
    ciphered = (
        {} if sap == 16 else {"dedicated_key": dedicated_key, "is_general": is_general}
    )
    talk = associated(sap, meter_does={"is_general": is_general}, **IN_BLOCKS, **ciphered)
    _shrink(talk, max_pdu)
    start = len(talk.sent)
    value = axdr.octet_string(octets)
    assert talk.run(talk.client.get(BLOCK_LOAD)) == axdr.array(talk.meter.rows)
    both = [(WH_IMPORT, None), (BLOCK_LOAD, None)]
    assert talk.run(talk.client.get_list(both)) == (ENERGY, axdr.array(talk.meter.rows))
    talk.run(talk.client.set(is15959.CLOCK_TIME, value))
    assert talk.meter.written == [value]
    assert max(map(len, talk.sent[start:] + talk.received[start:])) <= max_pdu


def _shrink(talk: Line, max_pdu: int) -> None:
    """As if both had agreed on this size: an AARQ itself would not fit the smallest."""
    talk.client._channel.meter_max_pdu = max_pdu
    talk.client._channel.conformance &= ~Conformance.BLOCK_TRANSFER_WITH_SET
    talk.server._associations[talk.sap].general._max_pdu = max_pdu


def test_c21_a_flipped_block_shows_in_the_whole_and_the_next_exchange_works():
    talk = associated(48, max_pdu=200, **IN_BLOCKS)
    for turn in range(3):
        exchange = talk.client.get(BLOCK_LOAD)
        answer = talk.ask_meter(next(exchange))
        with pytest.raises((FrameForged, RefusedError, DecodeError)):
            while True:
                at = len(answer) - 1 - turn
                bent = answer[:at] + bytes((answer[at] ^ 1,)) + answer[at + 1 :]
                answer = talk.ask_meter(exchange.send(bent))
        before = memory(talk)
        assert talk.run(talk.client.get(BLOCK_LOAD)) == axdr.array(talk.meter.rows)
        assert memory(talk)[3:4] == before[3:4]


def general(number: int, acknowledged: int, piece: bytes, *, last: bool = False) -> bytes:
    return apdu.blocks.GeneralBlock(
        last=last, streaming=False, window=1, number=number,
        acknowledged=acknowledged, piece=piece,
    ).to_bytes()  # fmt: skip


@pytest.mark.parametrize(
    ("blocks", "tag"),
    [
        ([general(1, 0, GET[:4]), general(3, 0, GET[4:], last=True)], 0xD8),
        ([general(1, 0, GET[:4]), general(1, 0, GET[4:], last=True)], 0xD8),
        ([general(1, 0, b"")], 0xD8),
        ([general(1, 0, GET[:4]), general(2, 1, GET[4:], last=True)], 0xC4),
        ([general(7, 0, GET[:4]), general(8, 1, GET[4:], last=True)], 0xC4),
    ],
)
def test_general_blocks_out_of_order_are_refused_by_the_meter(blocks, tag):
    talk = associated(16, **IN_BLOCKS)
    *_, answer = (talk.server.receive(client_sap=16, apdu=block) for block in blocks)
    assert answer[0] == tag
    talk.run(talk.client.get(WH_IMPORT))


def test_the_wrong_confirmation_ends_a_transfer_and_no_more():
    talk = associated(16, max_pdu=128, **IN_BLOCKS)
    exchange = talk.client.get(BLOCK_LOAD)
    assert talk.ask_meter(next(exchange))[0] == 0xE0
    answer = talk.server.receive(client_sap=16, apdu=general(1, 9, b"", last=True))
    assert answer[0] == 0xD8
    talk.run(talk.client.get(WH_IMPORT))
    exchange = talk.client.set(is15959.CLOCK_TIME, axdr.octet_string(bytes(300)))
    talk.client._channel.conformance &= ~Conformance.BLOCK_TRANSFER_WITH_SET
    next(exchange)
    with pytest.raises(UnexpectedAnswer):
        exchange.send(general(1, 2, b""))
    assert not exchange.is_over
    with pytest.raises(ServiceRefused):
        exchange.send(bytes.fromhex("d80101"))


def test_general_blocks_are_not_taken_where_they_are_not_agreed():
    talk = associated(16)
    answer = talk.server.receive(client_sap=16, apdu=general(1, 0, GET, last=True))
    assert apdu.decode(answer).service_error == 2
    exchange = talk.client.get(WH_IMPORT)
    next(exchange)
    with pytest.raises(DecodeError):
        exchange.send(general(1, 1, READING, last=True))


def test_a_transfer_in_general_blocks_has_an_end():
    talk = associated(16, **IN_BLOCKS, max_transfer=100)
    exchange = talk.client.get(WH_IMPORT)
    next(exchange)
    exchange.send(general(1, 1, bytes(60)))
    with pytest.raises(BijligharError, match="over 100"):
        exchange.send(general(2, 2, bytes(60)))


def test_an_association_that_is_refused_says_why_in_words():
    talk = line(16, conformance=Conformance(0))
    with pytest.raises(AssociationRefused, match="incompatible conformance") as refusal:
        talk.run(talk.client.associate())
    assert (refusal.value.error.group, refusal.value.error.error) == (6, 2)

"""Forged, replayed and weakened answers: nothing of them stays, and the talk goes on."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bijlighar.dlms import apdu, axdr
from bijlighar.dlms.apdu import association, initiate
from bijlighar.dlms.apdu.ciphered import CipheredApdu
from bijlighar.dlms.errors import (
    AssociationRefused,
    CounterExhausted,
    CounterReplayed,
    DecodeError,
    FrameForged,
    OutOfTurn,
    RefusedError,
    SecurityDowngraded,
    ServiceRefused,
    UnexpectedAnswer,
)
from bijlighar.dlms.security import SecurityControl, seal
from bijlighar.dlms.states import State

from .forgery import GET, HIGHEST, READING, by_head_end, by_meter, flipped, memory
from .meter import (
    HEAD_END_CHALLENGE,
    HEAD_END_TITLE,
    KEYS,
    METER_TITLE,
    OTHER_KEYS,
    WH_IMPORT,
    Line,
    associated,
    line,
)


def run_past(talk: Line, bad: list[bytes]) -> list[Exception]:
    """Read a register while `bad` frames arrive before the answer; what was refused."""
    before = memory(talk)
    exchange = talk.client.get(WH_IMPORT)
    genuine = talk.server.receive(client_sap=talk.sap, apdu=next(exchange))
    refusals = []
    for frame in bad:
        with pytest.raises((RefusedError, DecodeError)) as refusal:
            exchange.send(frame)
        refusals.append(refusal.value)
        assert not exchange.is_over
        assert memory(talk)[:3] == before[:3]
    with pytest.raises(StopIteration) as end:
        exchange.send(genuine)
    assert end.value.value == axdr.double_long_unsigned(123_456)
    return refusals


def test_no_bit_of_an_answer_can_be_flipped():
    talk = associated(48)
    genuine = by_meter(1000)
    bits = range(8, len(genuine) * 8)  # the tag's bits may make it an unprotected exception
    run_past(talk, [flipped(genuine, bit) for bit in bits])


def test_a_forged_answer_with_a_high_counter_does_not_lock_the_meter_out():
    talk = associated(48)
    (refusal,) = run_past(talk, [by_meter(HIGHEST, keys=OTHER_KEYS)])
    assert isinstance(refusal, FrameForged)
    talk.run(talk.client.get(WH_IMPORT))


def test_replayed_answers_and_older_counters_are_refused():
    talk = associated(48)
    talk.run(talk.client.get(WH_IMPORT))
    known = talk.client.last_meter_counter
    bad = [talk.received[2], by_meter(known), by_meter(known - 1), by_meter(0)]
    assert {type(refusal) for refusal in run_past(talk, bad)} == {CounterReplayed}


def test_plain_and_half_protected_answers_are_refused():
    talk = associated(48)
    weaker = [
        CipheredApdu(
            tag=204,
            sealed=seal(
                keys=KEYS, system_title=METER_TITLE, counter=999, plain=READING, control=c
            ),
        ).to_bytes()
        for c in (SecurityControl.AUTHENTICATED, SecurityControl.ENCRYPTED)
    ]
    refusals = run_past(talk, [READING, *weaker])
    assert {type(refusal) for refusal in refusals} == {SecurityDowngraded}


def test_genuine_frames_of_another_service_move_no_counter():
    talk = associated(48)
    written = apdu.set.SetResponse(invoke=0xC1, result=apdu.set.AccessResult.SUCCESS)
    run_past(talk, [by_meter(1000, written.to_bytes())])


def test_our_own_request_mirrored_is_refused():
    talk = associated(48)
    mirrored = [by_head_end(1000), b"\xcc" + by_head_end(1001)[1:]]
    refusals = run_past(talk, mirrored)
    assert [type(refusal) for refusal in refusals] == [DecodeError, FrameForged]


def test_a_late_answer_to_an_earlier_question_is_passed_over():
    talk = associated(48)
    late = talk.server.receive(client_sap=48, apdu=next(talk.client.get(WH_IMPORT)))
    exchange = talk.client.get(WH_IMPORT)
    genuine = talk.server.receive(client_sap=48, apdu=next(exchange))
    with pytest.raises(UnexpectedAnswer):
        exchange.send(late)
    with pytest.raises(StopIteration):
        exchange.send(genuine)


def test_the_counter_known_from_before_is_kept():
    earlier = associated(48)
    talk = line(48)
    talk.client.last_meter_counter = earlier.client.last_meter_counter + 1000
    with pytest.raises(CounterReplayed):
        talk.run(talk.client.associate())


def _answered(talk: Line, answer: bytes):
    exchange = talk.client.associate()
    next(exchange)
    try:
        exchange.send(answer)
    finally:
        assert talk.client.last_meter_counter is None
        assert talk.client.meter_title is None
        assert talk.client.state in (State.ASSOCIATING, State.IDLE)


AGREED = initiate.InitiateResponse(conformance=initiate.SPOKEN, max_pdu=1024).to_bytes()
GOOD = {
    "ciphered": True,
    "result": 0,
    "diagnostic": 14,
    "server_title": METER_TITLE,
    "mechanism": 5,
    "authentication_value": b"12345678",
    "user_information": by_meter(5, AGREED),
}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"ciphered": False, "user_information": AGREED}, SecurityDowngraded),
        ({"user_information": AGREED}, SecurityDowngraded),
        ({"user_information": None}, UnexpectedAnswer),
        ({"user_information": by_meter(5, AGREED, keys=OTHER_KEYS)}, FrameForged),
        ({"user_information": by_meter(5)}, DecodeError),
        ({"diagnostic": 0}, SecurityDowngraded),
        ({"mechanism": None}, SecurityDowngraded),
        ({"mechanism": 1}, SecurityDowngraded),
        ({"authentication_value": None}, SecurityDowngraded),
        ({"authentication_value": b"short"}, SecurityDowngraded),
        ({"authentication_value": b"x" * 65}, SecurityDowngraded),
        ({"authentication_value": HEAD_END_CHALLENGE}, SecurityDowngraded),
        ({"server_title": None}, UnexpectedAnswer),
        ({"server_title": b"BIJ"}, UnexpectedAnswer),
        ({"server_title": HEAD_END_TITLE}, UnexpectedAnswer),
        ({"server_title": b"BIJ00002"}, FrameForged),
        ({"result": 1}, AssociationRefused),
        ({"result": 2}, AssociationRefused),
    ],
)
def test_the_head_end_accepts_no_weaker_or_stranger_meter(changes, error):
    answer = association.AssociateResponse(**(GOOD | changes)).to_bytes()
    with pytest.raises(error):
        _answered(line(48), answer)


def test_the_meter_that_answers_must_be_the_one_called():
    with pytest.raises(UnexpectedAnswer, match="another meter"):
        line(48, meter_title=b"BIJ00002").run(
            line(48, meter_title=b"BIJ00002").client.associate()
        )
    talk = line(48, meter_title=METER_TITLE)
    talk.run(talk.client.associate())


def test_a_client_without_proof_accepts_no_half_open_association():
    answer = association.AssociateResponse(
        result=0, diagnostic=14, user_information=AGREED
    ).to_bytes()
    with pytest.raises(UnexpectedAnswer):
        _answered(line(16), answer)


def test_a_forged_association_answer_is_passed_over():
    talk = line(48)
    talk.towards_client = lambda answer: [flipped(answer, len(answer) * 8 - 1), answer]
    talk.run(talk.client.associate())
    assert talk.client.state is State.ASSOCIATED
    assert {type(refusal) for refusal in talk.refusals} == {FrameForged}


@pytest.mark.parametrize(
    "outcome", [None, axdr.null(), axdr.octet_string(b""), axdr.octet_string(b"\x10" * 17)]
)
def test_a_meter_that_cannot_prove_itself_is_left(outcome):
    talk = line(48)
    exchange = talk.client.associate()
    proof = exchange.send(talk.ask_meter(next(exchange)))
    assert proof[0] == 203
    answer = apdu.action.ActionResponse(
        invoke=0xC1, result=apdu.action.ActionResult.SUCCESS, outcome=outcome
    ).to_bytes()
    with pytest.raises((FrameForged, UnexpectedAnswer, DecodeError)):
        exchange.send(by_meter(1000, answer))
    assert exchange.is_over
    assert talk.client.state is State.IDLE
    with pytest.raises(OutOfTurn):
        next(talk.client.get(WH_IMPORT))


def test_an_exchange_that_is_over_says_so():
    talk = associated(48)
    exchange = talk.client.get(WH_IMPORT)
    talk.run(exchange)
    with pytest.raises(OutOfTurn):
        exchange.send(b"")


@pytest.mark.parametrize("answer", ["d80101", "d80103", "d8010600000005", "0e010601"])
def test_an_exception_ends_the_exchange_and_not_the_association(answer):
    talk = associated(48)
    for exchange in (talk.client.get(WH_IMPORT), talk.client.get(WH_IMPORT)):
        next(exchange)
        with pytest.raises(ServiceRefused) as refusal:
            exchange.send(bytes.fromhex(answer))
        assert exchange.is_over
        assert refusal.value.counter == (5 if len(answer) > 8 else None)
    talk.run(talk.client.get(WH_IMPORT))


def _is_exception(octets: bytes) -> bool:
    """Whether this is the one answer that comes unprotected and ends an exchange."""
    try:
        return isinstance(
            apdu.decode(octets),
            apdu.exceptions.ExceptionResponse | apdu.exceptions.ConfirmedServiceError,
        )
    except DecodeError:
        return False


@given(
    st.binary(max_size=80),
    st.sampled_from([b"", b"\xcc", b"\xc4", b"\x61", b"\x28", b"\xd8", b"\x0e"]),
)
@example(b"\x00\x00", b"\xd8")
@example(b"\xd8\x00\x00", b"")
@example(b"\x00\x00\x00", b"\x0e")
@example(b"\x01\x06\x00\x00\x00\x05", b"\xd8")
@settings(max_examples=200)
def test_whatever_comes_the_head_end_refuses_and_listens_on(data, tag):
    octets = tag + data
    talk = associated(48)
    if not _is_exception(octets):
        run_past(talk, [octets])
        return
    before = memory(talk)
    exchange = talk.client.get(WH_IMPORT)
    next(exchange)
    with pytest.raises(ServiceRefused):
        exchange.send(octets)
    assert exchange.is_over
    assert memory(talk) == before
    talk.run(talk.client.get(WH_IMPORT))


@given(st.binary(max_size=80), st.sampled_from([b"", b"\x61", b"\x61\x20"]))
@settings(max_examples=200)
def test_no_octets_make_an_association(data, tag):
    for sap in (16, 48):
        with pytest.raises((RefusedError, DecodeError)):
            _answered(line(sap), tag + data)


def test_counters_that_have_run_out_send_nothing():
    talk = line(48, first_counter=2**32)
    with pytest.raises(CounterExhausted):
        next(talk.client.associate())
    talk = associated(48)
    talk.counters.own = 2**32
    exchange = talk.client.get(WH_IMPORT)
    assert talk.server.receive(client_sap=48, apdu=next(exchange)) is None


def test_requests_out_of_turn_are_refused_on_both_sides():
    talk = line(16)
    for exchange in (talk.client.get(WH_IMPORT), talk.client.release()):
        with pytest.raises(OutOfTurn):
            next(exchange)
    for request in (GET, association.ReleaseRequest().to_bytes()):
        answer = apdu.decode(talk.server.receive(client_sap=16, apdu=request))
        assert (answer.state_error, answer.service_error) == (1, 1)


def test_strangers_are_not_served():
    talk = line(16)
    request = next(talk.client.associate())
    answer = apdu.decode(talk.server.receive(client_sap=99, apdu=request))
    assert (answer.state_error, answer.service_error) == (1, 1)


@pytest.mark.parametrize("sap", [16, 48])
@pytest.mark.parametrize("answer", ["d80101", "0e010601"])
def test_an_exception_instead_of_an_association_leaves_nothing_open(sap, answer):
    talk = line(sap)
    with pytest.raises(ServiceRefused):
        _answered(talk, bytes.fromhex(answer))
    assert talk.client.state is State.IDLE

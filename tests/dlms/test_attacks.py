"""Forged, replayed and weakened frames: nothing of them stays, and the talk goes on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.dlms import apdu, axdr, is15959
from bijlighar.dlms.apdu import association, get, initiate
from bijlighar.dlms.apdu.ciphered import CipheredApdu
from bijlighar.dlms.apdu.exceptions import ExceptionResponse
from bijlighar.dlms.client import Authentication
from bijlighar.dlms.cosem import REPLY_TO_HLS
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
from bijlighar.dlms.protection import protect
from bijlighar.dlms.security import SecurityControl, open_sealed, seal
from bijlighar.dlms.states import State
from tests.dlms.meter import (
    BLOCK_LOAD,
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

GET = get.GetRequest(invoke=0xC1, attribute=WH_IMPORT).to_bytes()
READING = get.GetResponse(invoke=0xC1, outcome=axdr.double_long_unsigned(1)).to_bytes()
HIGHEST = 2**32 - 2


def memory(talk: Line) -> tuple:
    """All that a frame could have changed."""
    return (
        talk.client.state,
        talk.client.last_meter_counter,
        talk.client.meter_title,
        talk.server.state_of(talk.sap),
        dict(talk.counters.accepted),
        talk.meter.relay_closed,
        list(talk.meter.written),
    )


def flipped(data: bytes, bit: int) -> bytes:
    forged = bytearray(data)
    forged[bit // 8] ^= 1 << bit % 8
    return bytes(forged)


def by_head_end(counter: int, plain: bytes = GET, **changes) -> bytes:
    chosen = {"keys": KEYS, "system_title": HEAD_END_TITLE} | changes
    return protect(counter=counter, plain=plain, **chosen)


def by_meter(counter: int, plain: bytes = READING, **changes) -> bytes:
    chosen = {"keys": KEYS, "system_title": METER_TITLE} | changes
    return protect(counter=counter, plain=plain, **chosen)


# Towards the meter


def test_no_bit_of_a_request_can_be_flipped():
    talk = associated(48)
    genuine = by_head_end(1000)
    before = memory(talk)
    for bit in range(len(genuine) * 8):
        answer = talk.server.receive(client_sap=48, apdu=flipped(genuine, bit))
        assert isinstance(apdu.decode(answer), ExceptionResponse)
        assert memory(talk) == before
    assert talk.server.receive(client_sap=48, apdu=genuine)[0] == 204


def test_a_forged_counter_does_not_lock_the_head_end_out():
    talk = associated(48)
    before = memory(talk)
    forged = by_head_end(HIGHEST, keys=OTHER_KEYS)
    answer = apdu.decode(talk.server.receive(client_sap=48, apdu=forged))
    assert (answer.state_error, answer.service_error) == (1, 5)
    assert memory(talk) == before
    talk.run(talk.client.get(WH_IMPORT))


def test_a_replayed_request_is_refused_with_the_counter_that_is_known():
    talk = associated(48)
    talk.run(talk.client.invoke(is15959.REMOTE_DISCONNECT, axdr.integer(0)))
    talk.meter.relay_closed = True
    before = memory(talk)
    for recorded in talk.sent[1:]:
        answer = apdu.decode(talk.server.receive(client_sap=48, apdu=recorded))
        assert (answer.service_error, answer.counter) == (6, talk.counters.received(48))
        assert memory(talk) == before


def test_an_older_counter_is_refused():
    talk = associated(48)
    known = talk.counters.received(48)
    for counter in (0, known - 1, known):
        answer = talk.server.receive(client_sap=48, apdu=by_head_end(counter))
        assert apdu.decode(answer).service_error == 6
    assert talk.server.receive(client_sap=48, apdu=by_head_end(known + 1))[0] == 204


def test_a_replayed_association_is_refused():
    talk = associated(48)
    before = memory(talk)
    answer = apdu.decode(talk.server.receive(client_sap=48, apdu=talk.sent[0]))
    assert answer.result == association.REJECTED_FOR_GOOD
    assert memory(talk) == before
    talk.run(talk.client.get(WH_IMPORT))


@pytest.mark.parametrize(
    "plain",
    [
        GET,
        association.ReleaseRequest().to_bytes(),
        bytes.fromhex("C301C1004600006003" + "0AFF01010F00"),
    ],
)
def test_plain_requests_in_a_ciphered_association_are_refused(plain):
    talk = associated(48)
    before = memory(talk)
    answer = apdu.decode(talk.server.receive(client_sap=48, apdu=plain))
    assert (answer.state_error, answer.service_error) == (1, 1)
    assert memory(talk) == before


@pytest.mark.parametrize(
    "control", [SecurityControl.AUTHENTICATED, SecurityControl.ENCRYPTED]
)
def test_less_than_both_protections_is_refused(control):
    talk = associated(48)
    before = memory(talk)
    sealed = seal(
        keys=KEYS, system_title=HEAD_END_TITLE, counter=1000, plain=GET, control=control
    )
    weaker = CipheredApdu(tag=200, sealed=sealed).to_bytes()
    assert talk.server.receive(client_sap=48, apdu=weaker)[0] == 0xD8
    assert memory(talk) == before


@pytest.mark.parametrize(
    ("sap", "changes", "diagnostic"),
    [
        (48, {"keys": None, "authentication": Authentication.NONE}, 2),
        (48, {"keys": None, "authentication": Authentication.LLS}, 2),
        (48, {"authentication": Authentication.NONE}, 12),
        (48, {"authentication": Authentication.LLS}, 11),
        (48, {"keys": OTHER_KEYS}, 13),
        (32, {"keys": OTHER_KEYS}, 13),
        (32, {"keys": None}, 2),
        (32, {"authentication": Authentication.NONE}, 12),
        (16, {"keys": KEYS, "system_title": HEAD_END_TITLE}, 2),
        (48, {"system_title": METER_TITLE}, 1),
    ],
)
def test_an_association_with_less_or_other_security_is_refused(sap, changes, diagnostic):
    talk = line(sap, **changes)
    with pytest.raises(AssociationRefused) as refusal:
        talk.run(talk.client.associate())
    assert refusal.value.diagnostic == diagnostic
    assert talk.client.state is talk.server.state_of(sap) is State.IDLE
    assert talk.counters.accepted == {}


def test_an_open_association_outlives_attempts_to_open_a_weaker_one():
    talk = associated(48)
    weaker = line(48, keys=None, authentication=Authentication.NONE)
    weaker.server = talk.server
    with pytest.raises(AssociationRefused):
        weaker.run(weaker.client.associate())
    talk.run(talk.client.get(WH_IMPORT))


def test_services_wait_for_the_proof():
    talk = line(48)
    exchange = talk.client.associate()
    talk.ask_meter(next(exchange))
    assert talk.server.state_of(48) is State.PROVING
    answer = apdu.decode(talk.server.receive(client_sap=48, apdu=by_head_end(10)))
    assert (answer.state_error, answer.service_error) == (1, 1)
    assert talk.server.state_of(48) is State.PROVING
    disconnect = apdu.action.ActionRequest(
        invoke=0xC1, method=is15959.REMOTE_DISCONNECT, parameter=axdr.integer(0)
    )
    talk.server.receive(client_sap=48, apdu=by_head_end(11, disconnect.to_bytes()))
    assert talk.meter.relay_closed


@pytest.mark.parametrize(
    "proof", [None, axdr.null(), axdr.octet_string(b""), axdr.octet_string(b"\x10" * 17)]
)
def test_a_wrong_proof_closes_the_association(proof):
    talk = line(48)
    talk.ask_meter(next(talk.client.associate()))
    request = apdu.action.ActionRequest(invoke=0xC1, method=REPLY_TO_HLS, parameter=proof)
    sealed = by_head_end(10, request.to_bytes())
    answer = open_sealed(
        keys=KEYS,
        system_title=METER_TITLE,
        sealed=apdu.decode(talk.server.receive(client_sap=48, apdu=sealed)).sealed,
    )
    assert apdu.decode(answer.plain).result == apdu.action.ActionResult.OTHER_REASON
    assert talk.server.state_of(48) is State.IDLE


def test_a_challenge_that_mirrors_the_meters_own_is_refused():
    talk = associated(48)
    mirrored = apdu.association.AssociateRequest(
        ciphered=True,
        client_title=HEAD_END_TITLE,
        mechanism=5,
        authentication_value=apdu.decode(talk.received[0]).authentication_value,
        user_information=by_head_end(1000, _initiate()),
    )
    fresh = line(48)
    answer = apdu.decode(fresh.server.receive(client_sap=48, apdu=mirrored.to_bytes()))
    assert answer.diagnostic == association.AUTHENTICATION_FAILURE


def _initiate(**changes) -> bytes:
    chosen = {"conformance": initiate.SPOKEN, "max_pdu": 1024} | changes
    return initiate.InitiateRequest(**chosen).to_bytes()


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"version": 5}, 1), ({"conformance": 0}, 2), ({"max_pdu": 20}, 3)],
)
def test_what_cannot_be_agreed_on_is_said(changes, error):
    talk = line(16)
    request = association.AssociateRequest(user_information=_initiate(**changes))
    answer = apdu.decode(talk.server.receive(client_sap=16, apdu=request.to_bytes()))
    assert answer.result == association.REJECTED_FOR_GOOD
    assert apdu.decode(answer.user_information).error == error
    assert talk.server.state_of(16) is State.IDLE


def test_a_client_without_limit_gets_the_meters():
    talk = associated(16, max_pdu=128)
    request = association.AssociateRequest(user_information=_initiate(max_pdu=0))
    talk.server.receive(client_sap=16, apdu=request.to_bytes())
    talk.run(talk.client.get(BLOCK_LOAD))
    assert max(map(len, talk.received)) <= 128


OTHER_TAGS = [b"", b"\x60", b"\x62", b"\xc8", b"\xc0", b"\xcb", b"\xc3", b"\xdb", b"\x21"]


@given(st.sampled_from(OTHER_TAGS), st.binary(max_size=80), st.sampled_from([16, 48, 99]))
@settings(max_examples=300, deadline=None)
def test_whatever_comes_the_meter_answers_and_forgets_it(tag, data, sap):
    talk = associated(48)
    before = memory(talk)
    answer = talk.server.receive(client_sap=sap, apdu=tag + data)
    assert answer is None or apdu.decode(answer)
    assert memory(talk) == before
    talk.run(talk.client.get(WH_IMPORT))


@given(st.binary(max_size=80))
@settings(max_examples=200, deadline=None)
def test_sealed_nonsense_is_answered_and_moves_only_the_counter(plain):
    talk = associated(48)
    sealed = seal(
        keys=KEYS, system_title=HEAD_END_TITLE, counter=1000, plain=b"\xc0" + plain
    )
    answer = talk.server.receive(
        client_sap=48, apdu=CipheredApdu(tag=200, sealed=sealed).to_bytes()
    )
    assert answer[0] in (0xD8, 204)
    assert talk.server.state_of(48) is State.ASSOCIATED


# Towards the head-end


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
    bad = [*talk.received[1:], by_meter(known), by_meter(known - 1), by_meter(0)]
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
    (refusal,) = run_past(talk, [by_head_end(1000)])
    assert isinstance(refusal, FrameForged)


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


@given(st.binary(max_size=80), st.sampled_from([b"", b"\xcc", b"\xc4", b"\x61", b"\x28"]))
@settings(max_examples=200, deadline=None)
def test_whatever_comes_the_head_end_refuses_and_listens_on(data, tag):
    run_past(associated(48), [tag + data])


@given(st.binary(max_size=80), st.sampled_from([b"", b"\x61", b"\x61\x20"]))
@settings(max_examples=200, deadline=None)
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

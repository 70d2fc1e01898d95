"""Forged, replayed and weakened requests: nothing of them stays, and the talk goes on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.dlms import apdu, axdr, is15959
from bijlighar.dlms.apdu import association, initiate
from bijlighar.dlms.apdu.ciphered import CipheredApdu
from bijlighar.dlms.apdu.exceptions import ExceptionResponse
from bijlighar.dlms.client import Authentication
from bijlighar.dlms.cosem import REPLY_TO_HLS
from bijlighar.dlms.errors import (
    AssociationRefused,
)
from bijlighar.dlms.security import SecurityControl, open_sealed, seal
from bijlighar.dlms.states import State

from .forgery import GET, HIGHEST, by_head_end, flipped, memory
from .meter import (
    BLOCK_LOAD,
    HEAD_END_TITLE,
    KEYS,
    METER_TITLE,
    OTHER_KEYS,
    WH_IMPORT,
    associated,
    line,
)


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
@settings(max_examples=300)
def test_whatever_comes_the_meter_answers_and_forgets_it(tag, data, sap):
    talk = associated(48)
    before = memory(talk)
    answer = talk.server.receive(client_sap=sap, apdu=tag + data)
    assert answer is None or apdu.decode(answer)
    assert memory(talk) == before
    talk.run(talk.client.get(WH_IMPORT))


@given(st.binary(max_size=80))
@settings(max_examples=200)
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

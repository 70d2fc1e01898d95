"""Lists and long requests and answers, both ways: the real client and the real server."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.dlms import apdu, axdr, is15959
from bijlighar.dlms.apdu import action
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.apdu.blocks import Block
from bijlighar.dlms.apdu.initiate import SPOKEN, Conformance
from bijlighar.dlms.cosem import (
    REPLY_TO_HLS,
    AccessResult,
    ActionResult,
    Attribute,
    EntrySelection,
    Method,
)
from bijlighar.dlms.errors import (
    AccessRefused,
    ActionRefused,
    DecodeError,
    TransferRefused,
    UnexpectedAnswer,
)
from bijlighar.dlms.serving import joining
from bijlighar.dlms.states import State

from .meter import BLOCK_LOAD, ECHO, WH_IMPORT, associated

INVOKE = 0xC1
NOWHERE = Attribute(3, is15959.VOLTAGE, 2)
NO_METHOD = Method(3, is15959.VOLTAGE, 1)
ENERGY = axdr.double_long_unsigned(123_456)
SINGLE = SPOKEN & ~Conformance.MULTIPLE_REFERENCES
SIZES = st.integers(128, 400)
SAPS = st.sampled_from([16, 48])
LONG = axdr.octet_string(bytes(range(256)) * 3)


@pytest.mark.parametrize("conformance", [SPOKEN, SINGLE])
@pytest.mark.parametrize("sap", [16, 48])
def test_attributes_are_read_at_once_or_one_by_one_with_one_result(sap, conformance):
    talk = associated(sap, conformance=conformance)
    two = EntrySelection(1, 2)
    before = len(talk.sent)
    values = talk.run(
        talk.client.get_list([(WH_IMPORT, None), (NOWHERE, None), (BLOCK_LOAD, two)])
    )
    assert values == (
        ENERGY,
        AccessResult.OBJECT_UNDEFINED,
        axdr.array(talk.meter.rows[:2]),
    )
    assert len(talk.sent) - before == (1 if conformance == SPOKEN else 3)


@pytest.mark.parametrize("sap", [16, 48])
def test_a_list_that_is_too_long_for_the_meter_is_asked_in_several(sap):
    talk = associated(sap, max_pdu=128)
    targets = [(WH_IMPORT, None), (NOWHERE, None)] * 20
    values = talk.run(talk.client.get_list(targets))
    assert values == (ENERGY, AccessResult.OBJECT_UNDEFINED) * 20
    assert max(map(len, talk.sent)) <= 128


@pytest.mark.parametrize("conformance", [SPOKEN, SINGLE])
def test_attributes_are_written_at_once_or_one_by_one_with_one_result(conformance):
    talk = associated(48, conformance=conformance)
    results = talk.run(
        talk.client.set_list([(is15959.CLOCK_TIME, ENERGY), (NOWHERE, ENERGY)])
    )
    assert results == (AccessResult.SUCCESS, AccessResult.READ_WRITE_DENIED)
    assert talk.meter.written == [ENERGY]


@pytest.mark.parametrize("conformance", [SPOKEN, SINGLE])
def test_methods_are_invoked_at_once_or_one_by_one_with_one_result(conformance):
    talk = associated(48, conformance=conformance)
    calls = [
        (ECHO, ENERGY),
        (NO_METHOD, None),
        (is15959.REMOTE_DISCONNECT, axdr.integer(0)),
        (ECHO, None),
        (REPLY_TO_HLS, axdr.octet_string(bytes(17))),
    ]
    assert talk.run(talk.client.invoke_list(calls)) == (
        ENERGY,
        ActionResult.OBJECT_UNDEFINED,
        None,
        None,
        ActionResult.READ_WRITE_DENIED,
    )
    assert not talk.meter.relay_closed
    assert talk.meter.done == [ENERGY, None]


@given(SAPS, SIZES, st.integers(0, 5), st.integers(0, 5))
@settings(max_examples=20)
def test_long_lists_of_values_come_whole(sap, max_pdu, registers, profiles):
    talk = associated(sap, max_pdu=max_pdu)
    targets = [(WH_IMPORT, None)] * registers + [(BLOCK_LOAD, None)] * profiles
    day = axdr.array(talk.meter.rows)
    values = talk.run(talk.client.get_list(targets))
    assert values == (ENERGY,) * registers + (day,) * profiles
    assert max(map(len, talk.received)) <= max_pdu


@given(SAPS, SIZES, st.binary(max_size=1500))
@settings(max_examples=30)
def test_values_of_any_length_are_written_whole(sap, max_pdu, octets):
    talk = associated(sap, max_pdu=max_pdu)
    value = axdr.octet_string(octets)
    talk.run(talk.client.set(is15959.CLOCK_TIME, value))
    assert talk.meter.written == [value]
    both = [(is15959.CLOCK_TIME, value), (NOWHERE, value)]
    results = talk.run(talk.client.set_list(both))
    assert results == (AccessResult.SUCCESS, AccessResult.READ_WRITE_DENIED)
    assert talk.meter.written == [value, value]
    assert max(map(len, talk.sent)) <= max_pdu


@given(SAPS, SIZES, st.binary(max_size=1500))
@settings(max_examples=30)
def test_parameters_and_what_comes_back_are_whole_at_any_length(sap, max_pdu, octets):
    talk = associated(sap, max_pdu=max_pdu)
    value = axdr.octet_string(octets)
    assert talk.run(talk.client.invoke(ECHO, value)) == value
    calls = [(ECHO, value), (NO_METHOD, value), (ECHO, None)]
    given_back = (value, ActionResult.OBJECT_UNDEFINED, None)
    assert talk.run(talk.client.invoke_list(calls)) == given_back
    assert talk.meter.done == [value, value, None]
    assert max(map(len, [*talk.sent, *talk.received])) <= max_pdu


# The meter, asked out of order


def asked(talk, request):
    return apdu.decode(talk.server.receive(client_sap=talk.sap, apdu=request.to_bytes()))


def first_set(raw: bytes, *, number: int = 1, last: bool = False):
    return set_.SetRequestFirstBlock(
        invoke=INVOKE,
        targets=((is15959.CLOCK_TIME, None),),
        block=Block(last=last, number=number, raw=raw),
    )


def next_set(raw: bytes, number: int, *, last: bool = True):
    block = Block(last=last, number=number, raw=raw)
    return set_.SetRequestBlock(invoke=INVOKE, block=block)


def first_act(raw: bytes, *, number: int = 1, last: bool = False):
    return action.ActionRequestFirstBlock(
        invoke=INVOKE, methods=(ECHO,), block=Block(last=last, number=number, raw=raw)
    )


def next_act(raw: bytes, number: int, *, last: bool = True):
    block = Block(last=last, number=number, raw=raw)
    return action.ActionRequestBlock(invoke=INVOKE, block=block)


@pytest.mark.parametrize(
    ("requests", "result"),
    [
        ([next_set(b"\x00", 1)], AccessResult.NO_LONG_SET_IN_PROGRESS),
        ([first_set(b"\x00", number=2)], AccessResult.DATA_BLOCK_NUMBER_INVALID),
        (
            [first_set(b"\x06\x00"), next_set(b"\x00", 3)],
            AccessResult.DATA_BLOCK_NUMBER_INVALID,
        ),
        (
            [first_set(b"\x06"), next_set(b"\x00", 3), next_set(b"\x00\x00", 2)],
            AccessResult.NO_LONG_SET_IN_PROGRESS,
        ),
        ([first_set(b"\x06\x00"), next_set(b"\x00", 2)], AccessResult.TYPE_UNMATCHED),
        ([first_set(b"\x00\x00", last=True)], AccessResult.TYPE_UNMATCHED),
    ],
)
def test_blocks_of_a_set_out_of_order_write_nothing(requests, result):
    talk = associated(16)
    *_, answer = (asked(talk, request) for request in requests)
    assert answer.result is result
    assert answer.block == requests[-1].block.number
    assert talk.meter.written == []


@pytest.mark.parametrize(
    ("requests", "result"),
    [
        ([next_act(b"\x00", 1)], ActionResult.NO_LONG_ACTION_IN_PROGRESS),
        ([first_act(b"\x00", number=2)], ActionResult.LONG_ACTION_ABORTED),
        ([first_act(b"\x06"), next_act(b"\x00", 3)], ActionResult.LONG_ACTION_ABORTED),
        ([first_act(b"\x06\x00"), next_act(b"\x00", 2)], ActionResult.TYPE_UNMATCHED),
        (
            [action.ActionRequestNext(invoke=INVOKE, block=1)],
            ActionResult.NO_LONG_ACTION_IN_PROGRESS,
        ),
    ],
)
def test_blocks_of_an_action_out_of_order_do_nothing(requests, result):
    talk = associated(16)
    *_, answer = (asked(talk, request) for request in requests)
    assert answer.result is result
    assert talk.meter.done == []


def test_another_service_drops_a_long_request():
    talk = associated(16)
    asked(talk, first_set(b"\x06\x00"))
    talk.run(talk.client.get(WH_IMPORT))
    answer = asked(talk, next_set(b"\x00\x00\x00", 2))
    assert answer.result is AccessResult.NO_LONG_SET_IN_PROGRESS
    asked(talk, first_act(b"\x06\x00"))
    asked(talk, first_set(b"\x06\x00"))
    answer = asked(talk, next_act(b"\x00\x00\x00", 2))
    assert answer.result is ActionResult.NO_LONG_ACTION_IN_PROGRESS


def test_a_long_answer_asked_for_out_of_order_is_over():
    talk = associated(16, max_pdu=128)
    request = action.ActionRequestList(invoke=INVOKE, methods=(ECHO,) * 3, parameters=(
        axdr.octet_string(bytes(20)),) * 3)  # fmt: skip
    talk.meter.invoke = lambda **_: axdr.octet_string(bytes(60))
    assert asked(talk, request).block.number == 1
    next_ = partial(action.ActionRequestNext, invoke=INVOKE)
    assert asked(talk, next_(block=2)).result is ActionResult.LONG_ACTION_ABORTED
    answer = asked(talk, next_(block=1))
    assert answer.result is ActionResult.NO_LONG_ACTION_IN_PROGRESS


@pytest.mark.parametrize("many", [first_set, first_act])
def test_a_long_request_has_an_end(many, monkeypatch):
    monkeypatch.setattr(joining, "MAX_LONG", 100)
    talk = associated(16)
    asked(talk, many(bytes(60)))
    following = next_set if many is first_set else next_act
    answer = asked(talk, following(bytes(60), 2, last=False))
    assert answer.result.name in ("LONG_SET_ABORTED", "LONG_ACTION_ABORTED")
    assert talk.meter.written == talk.meter.done == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_with_another_number_of_values_does_nothing(count):
    talk = associated(16)
    written = set_.SetRequestList(
        invoke=INVOKE,
        targets=((is15959.CLOCK_TIME, None),) * 2,
        values=(axdr.null(),) * count,
    )
    assert asked(talk, written).results == (AccessResult.TYPE_UNMATCHED,) * 2
    done = action.ActionRequestList(
        invoke=INVOKE, methods=(ECHO,) * 2, parameters=(axdr.null(),) * count
    )
    outcomes = asked(talk, done).outcomes
    assert [o.result for o in outcomes] == [ActionResult.TYPE_UNMATCHED] * 2
    assert talk.meter.written == talk.meter.done == []


def test_what_was_not_agreed_on_is_not_served():
    talk = associated(16, conformance=Conformance.GET | Conformance.SET)
    value = axdr.null()
    clock = ((is15959.CLOCK_TIME, None),)
    requests = [
        apdu.get.GetRequestList(invoke=INVOKE, attributes=((WH_IMPORT, None),)),
        set_.SetRequestList(invoke=INVOKE, targets=clock, values=(value,)),
        action.ActionRequestList(invoke=INVOKE, methods=(ECHO,), parameters=(value,)),
        first_set(b"\x00", last=True),
        first_act(b"\x00", last=True),
    ]
    for request in requests:
        answer = asked(talk, request)
        assert (answer.state_error, answer.service_error) == (2, 2)
    assert talk.meter.written == talk.meter.done == []


# The head-end, answered wrongly


def told(exchange, *answers):
    """What an exchange ends with when these answers come one after another."""
    next(exchange)
    try:
        for answer in answers:
            exchange.send(answer.to_bytes())
    except StopIteration as end:
        return end.value
    raise AssertionError("the exchange goes on")


def confirmed(block: int):
    return set_.SetResponseNext(invoke=INVOKE, block=block)


def done(block: int):
    return set_.SetResponse(invoke=INVOKE, result=AccessResult.SUCCESS, block=block)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([confirmed(2)], TransferRefused),
        ([confirmed(1), confirmed(1)], TransferRefused),
        ([*map(confirmed, range(1, 20))], TransferRefused),
        ([done(1)], TransferRefused),
        (
            [
                set_.SetResponse(
                    invoke=INVOKE, result=AccessResult.LONG_SET_ABORTED, block=1
                )
            ],
            AccessRefused,
        ),
        ([set_.SetResponseList(invoke=INVOKE, results=())], UnexpectedAnswer),
    ],
)
def test_a_long_set_that_the_meter_ends_wrongly_is_not_believed(answers, error):
    talk = associated(16, max_pdu=128)
    with pytest.raises(error):
        told(talk.client.set(is15959.CLOCK_TIME, LONG), *answers)
    assert talk.client.state is State.ASSOCIATED


def test_a_long_action_that_the_meter_ends_early_is_not_believed():
    talk = associated(16, max_pdu=128)
    early = action.ActionResponse(invoke=INVOKE, result=ActionResult.SUCCESS)
    with pytest.raises(TransferRefused):
        told(talk.client.invoke(ECHO, LONG), early)
    refused = action.ActionResponse(
        invoke=INVOKE + 1, result=ActionResult.LONG_ACTION_ABORTED
    )
    with pytest.raises(ActionRefused):
        told(talk.client.invoke(ECHO, LONG), refused)


def test_a_list_with_another_number_of_outcomes_is_not_believed():
    talk = associated(16)
    short = [
        (
            talk.client.get_list([(WH_IMPORT, None)]),
            apdu.get.GetResponseList(invoke=INVOKE, outcomes=()),
        ),
        (
            talk.client.set_list([(is15959.CLOCK_TIME, LONG)]),
            set_.SetResponseList(invoke=INVOKE + 1, results=()),
        ),
        (
            talk.client.invoke_list([(ECHO, LONG)]),
            action.ActionResponseList(invoke=INVOKE + 2, outcomes=()),
        ),
        (
            talk.client.set_list([(is15959.CLOCK_TIME, LONG)]),
            set_.SetResponse(invoke=INVOKE + 3, result=AccessResult.SUCCESS),
        ),
        (
            talk.client.invoke_list([(ECHO, LONG)]),
            action.ActionResponse(invoke=INVOKE + 4, result=ActionResult.SUCCESS),
        ),
    ]
    for exchange, answer in short:
        with pytest.raises(UnexpectedAnswer):
            told(exchange, answer)


def answered(number: int, raw: bytes, *, last: bool = False):
    block = Block(last=last, number=number, raw=raw)
    return action.ActionResponseBlock(invoke=INVOKE, block=block)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([answered(2, b"\x00")], TransferRefused),
        ([answered(1, b"")], TransferRefused),
        ([answered(1, b"\x00"), answered(1, b"\x00")], TransferRefused),
        ([answered(1, bytes(60)), answered(2, bytes(60))], TransferRefused),
        ([answered(1, b"\x00\x01", last=True)], DecodeError),
        ([answered(1, b"\x03\x00", last=True)], ActionRefused),
        (
            [
                answered(1, b"\x00"),
                action.ActionResponse(invoke=INVOKE, result=ActionResult.SUCCESS),
            ],
            UnexpectedAnswer,
        ),
        ([action.ActionResponseNext(invoke=INVOKE, block=1)], UnexpectedAnswer),
    ],
)
def test_blocks_of_an_answer_that_make_no_whole_are_not_believed(answers, error):
    talk = associated(16, max_transfer=100)
    with pytest.raises(error):
        told(talk.client.invoke(is15959.REMOTE_RECONNECT), *answers)
    assert talk.client.state is State.ASSOCIATED

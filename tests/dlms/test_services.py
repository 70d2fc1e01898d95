"""Services at their edges: block transfer out of order, lists, sizes, selections."""

from __future__ import annotations

import pytest

from bijlighar.dlms import apdu, axdr, is15959
from bijlighar.dlms.apdu import get
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.apdu.descriptor import Failure
from bijlighar.dlms.apdu.initiate import SPOKEN, Conformance
from bijlighar.dlms.cosem import AccessResult, AccessSelection, ActionResult
from bijlighar.dlms.errors import (
    AccessRefused,
    DecodeError,
    ServiceRefused,
    TransferRefused,
    UnexpectedAnswer,
)
from bijlighar.dlms.server import AccessDenied
from bijlighar.dlms.states import State

from .meter import BLOCK_LOAD, WH_IMPORT, Line, associated

INVOKE = 0xC1
NO_BLOCKS = SPOKEN & ~(
    Conformance.BLOCK_TRANSFER_WITH_SET | Conformance.BLOCK_TRANSFER_WITH_ACTION
)


def asked(talk: Line, request) -> object:
    """The meter's answer to a plain request of the public client."""
    return apdu.decode(talk.server.receive(client_sap=16, apdu=request.to_bytes()))


def next_block(block: int) -> get.GetRequestNext:
    return get.GetRequestNext(invoke=INVOKE, block=block)


def test_the_next_block_is_refused_when_none_is_under_way():
    answer = asked(associated(16), next_block(1))
    assert answer.raw == Failure(result=AccessResult.NO_LONG_GET_IN_PROGRESS)


def test_a_block_out_of_order_ends_the_transfer():
    talk = associated(16, max_pdu=128)
    asked(talk, get.GetRequest(invoke=INVOKE, attribute=BLOCK_LOAD))
    assert asked(talk, next_block(1)).block == 2
    wrong = asked(talk, next_block(1))
    assert wrong.raw == Failure(result=AccessResult.DATA_BLOCK_NUMBER_INVALID)
    ended = asked(talk, next_block(2))
    assert ended.raw == Failure(result=AccessResult.NO_LONG_GET_IN_PROGRESS)


def test_another_request_ends_the_transfer():
    talk = associated(16, max_pdu=128)
    asked(talk, get.GetRequest(invoke=INVOKE, attribute=BLOCK_LOAD))
    asked(talk, get.GetRequest(invoke=INVOKE, attribute=WH_IMPORT))
    ended = asked(talk, next_block(1))
    assert ended.raw == Failure(result=AccessResult.NO_LONG_GET_IN_PROGRESS)


@pytest.mark.parametrize(
    "request_",
    [
        get.GetResponse(invoke=INVOKE, outcome=axdr.null()),
        apdu.CipheredApdu(tag=200, sealed=b""),
    ],
)
def test_services_that_are_not_served_are_said_to_be_unsupported(request_):
    answer = asked(associated(16), request_)
    assert (answer.state_error, answer.service_error) == (2, 2)


def test_a_request_over_the_agreed_size_is_refused_on_both_sides():
    talk = associated(16, max_pdu=128, conformance=NO_BLOCKS)
    value = axdr.octet_string(bytes(128))
    request = set_.SetRequest(invoke=INVOKE, attribute=WH_IMPORT, value=value)
    assert asked(talk, request).service_error == 4
    with pytest.raises(TransferRefused, match="at most 128"):
        next(talk.client.set(WH_IMPORT, value))


def test_only_whole_attributes_are_written():
    talk = associated(16)
    request = set_.SetRequest(
        invoke=INVOKE,
        attribute=is15959.CLOCK_TIME,
        selection=AccessSelection(1, axdr.null()),
        value=axdr.null(),
    )
    assert asked(talk, request).result is AccessResult.SCOPE_OF_ACCESS_VIOLATED
    assert talk.meter.written == []


@pytest.mark.parametrize(
    "selection",
    [
        AccessSelection(3, axdr.null()),
        AccessSelection(1, axdr.null()),
        AccessSelection(2, axdr.structure([axdr.null()] * 4)),
        AccessSelection(1, axdr.structure([axdr.null()] * 4)),
        AccessSelection(
            1,
            axdr.structure(
                [
                    is15959.SINGLE_PHASE_DAILY_LOAD[1].to_data(),
                    *[axdr.octet_string(bytes(12))] * 2,
                    axdr.array([]),
                ]
            ),
        ),
        AccessSelection(
            2, axdr.structure([axdr.double_long_unsigned(n) for n in (0, 0, 1, 0)])
        ),
    ],
)
def test_selections_that_make_no_sense_are_refused(selection):
    request = get.GetRequest(invoke=INVOKE, attribute=BLOCK_LOAD, selection=selection)
    assert asked(associated(16), request).outcome == Failure(
        result=AccessResult.TYPE_UNMATCHED
    )


@pytest.mark.parametrize(
    ("denied", "read", "done"),
    [
        (AccessResult.TEMPORARY_FAILURE, "TEMPORARY_FAILURE", "TEMPORARY_FAILURE"),
        (ActionResult.TEMPORARY_FAILURE, "TEMPORARY_FAILURE", "TEMPORARY_FAILURE"),
        (AccessResult.LONG_SET_ABORTED, "LONG_SET_ABORTED", "OTHER_REASON"),
        (ActionResult.LONG_ACTION_ABORTED, "OTHER_REASON", "LONG_ACTION_ABORTED"),
    ],
)
def test_a_denial_is_said_in_the_words_of_the_service(denied, read, done):
    talk = associated(16)

    def deny(**_):
        raise AccessDenied(denied)

    talk.meter.read = talk.meter.invoke = deny
    answer = asked(talk, get.GetRequest(invoke=INVOKE, attribute=WH_IMPORT))
    assert answer.outcome == Failure(result=AccessResult[read])
    request = apdu.action.ActionRequest(invoke=INVOKE, method=is15959.REMOTE_RECONNECT)
    assert asked(talk, request).result is ActionResult[done]


# A meter's answers, as the head-end takes them


def block(number: int, raw: bytes | Failure, *, last: bool = False) -> get.GetResponseBlock:
    return get.GetResponseBlock(invoke=INVOKE, last=last, block=number, raw=raw)


def told(answers: list, **changes) -> axdr.Data:
    """What a GET ends with when these answers come one after another."""
    talk = associated(16, **changes)
    exchange = talk.client.get(BLOCK_LOAD)
    next(exchange)
    try:
        for answer in answers:
            exchange.send(answer.to_bytes())
    except StopIteration as end:
        return end.value
    finally:
        assert talk.client.state is State.ASSOCIATED
    raise AssertionError("the exchange goes on")


def test_pieces_cut_anywhere_are_joined():
    pieces = [block(1, b"\x06\x00"), block(2, b"\x00\x00"), block(3, b"\x05", last=True)]
    assert told(pieces) == axdr.double_long_unsigned(5)
    assert told([block(1, b"\x00"), block(2, b"", last=True)]) == axdr.null()


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([block(2, b"\x00")], TransferRefused),
        ([block(0, b"\x00")], TransferRefused),
        ([block(1, b"\x00"), block(1, b"\x00")], TransferRefused),
        ([block(1, b"\x00"), block(3, b"\x00")], TransferRefused),
        ([block(1, b"")], TransferRefused),
        ([block(1, Failure(result=AccessResult.LONG_GET_ABORTED))], AccessRefused),
        (
            [block(1, b"\x00"), get.GetResponse(invoke=INVOKE, outcome=axdr.null())],
            UnexpectedAnswer,
        ),
        ([get.GetResponseList(invoke=INVOKE, outcomes=())], UnexpectedAnswer),
        ([block(1, b"\x06\x00", last=True)], DecodeError),
    ],
)
def test_blocks_that_make_no_whole_are_refused(answers, error):
    with pytest.raises(error):
        told(answers)


def test_a_transfer_has_an_end():
    with pytest.raises(TransferRefused, match="over 100"):
        told([block(1, bytes(60)), block(2, bytes(60))], max_transfer=100)


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (Failure(result=AccessResult.OTHER_REASON), AccessRefused),
        (Failure(result=AccessResult.SUCCESS), None),
    ],
)
def test_what_an_action_gives_back_may_itself_be_a_failure(outcome, error):
    talk = associated(16)
    exchange = talk.client.invoke(is15959.REMOTE_RECONNECT)
    next(exchange)
    answer = apdu.action.ActionResponse(
        invoke=INVOKE, result=ActionResult.SUCCESS, outcome=outcome
    )
    with pytest.raises(error or StopIteration):
        exchange.send(answer.to_bytes())


def test_a_refused_release_leaves_it_to_be_asked_again():
    talk = associated(16)
    exchange = talk.client.release()
    next(exchange)
    with pytest.raises(ServiceRefused):
        exchange.send(bytes.fromhex("d80101"))
    talk.run(talk.client.release())
    assert talk.client.state is State.IDLE


def test_a_plain_answer_to_a_ciphered_release_is_enough():
    talk = associated(48)
    exchange = talk.client.release()
    next(exchange)
    with pytest.raises(StopIteration):
        exchange.send(bytes.fromhex("6303800100"))
    assert talk.client.state is State.IDLE


def test_a_lost_line_ends_an_exchange_and_not_the_client():
    talk = associated(48)
    exchange = talk.client.get(WH_IMPORT)
    next(exchange)
    with pytest.raises(ConnectionError):
        exchange.throw(ConnectionError("lost"))
    assert exchange.is_over
    waiting = talk.client.associate()
    next(waiting)
    waiting.close()
    talk.run(talk.client.associate())


def test_exchanges_can_be_parts_of_larger_ones():
    talk = associated(48)

    def both():
        first = yield from talk.client.get(WH_IMPORT)
        yield from talk.client.release()
        return first

    exchange = both()
    answer = next(exchange)
    with pytest.raises(StopIteration) as end:
        while True:
            answer = exchange.send(talk.ask_meter(answer))
    assert end.value.value == axdr.double_long_unsigned(123_456)

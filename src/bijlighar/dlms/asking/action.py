"""Invoking methods: one or several, parameters and what comes back whole or in blocks.

Source: IEC 62056-5-3, ACTION service.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from bijlighar.dlms import axdr
from bijlighar.dlms.apdu import action
from bijlighar.dlms.apdu.action import Outcome
from bijlighar.dlms.apdu.descriptor import Failure, counted, read_counted
from bijlighar.dlms.apdu.initiate import Conformance
from bijlighar.dlms.asking.channel import Channel
from bijlighar.dlms.asking.pieces import Pieces
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import AccessResult, ActionResult, Method
from bijlighar.dlms.errors import (
    AccessRefused,
    ActionRefused,
    TransferRefused,
    UnexpectedAnswer,
)
from bijlighar.dlms.exchange import Steps
from bijlighar.dlms.reader import Reader

Call: TypeAlias = tuple[Method, Data | None]
Given: TypeAlias = "Data | None"
_Read = TypeVar("_Read")


def one(channel: Channel, method: Method, parameter: Data | None) -> Steps[Given]:
    """Invoke one method; the result is what it gives back, if anything.

    Raises `ActionRefused`, or `AccessRefused` where only what is given back is refused.
    """
    request = action.ActionRequest(
        invoke=channel.next_invoke(), method=method, parameter=parameter
    )
    # In blocks a parameter is given always: null where there is none.
    octets = axdr.encode(axdr.null() if parameter is None else parameter)
    answer = yield from _ask(channel, request, (method,), octets, is_list=False)
    if isinstance(answer, action.ActionResponse):
        return _given(Outcome(result=answer.result, outcome=answer.outcome))
    return _given((yield from _long(channel, answer, request.invoke, Outcome.read)))


def several(
    channel: Channel, calls: Sequence[Call]
) -> Steps[tuple[Given | ActionResult | AccessResult, ...]]:
    """Invoke methods; for each, in its place, what it gives back or why it is not done.

    One after another where the meter does not take lists.
    """
    if not channel.may(Conformance.MULTIPLE_REFERENCES):
        return (yield from _one_by_one(channel, calls))
    methods = tuple(method for method, _ in calls)
    parameters = tuple(axdr.null() if given is None else given for _, given in calls)
    request = action.ActionRequestList(
        invoke=channel.next_invoke(), methods=methods, parameters=parameters
    )
    octets = counted(map(axdr.encode, parameters))
    answer = yield from _ask(channel, request, methods, octets, is_list=True)
    if isinstance(answer, action.ActionResponseList):
        outcomes = answer.outcomes
    else:
        outcomes = yield from _long(channel, answer, request.invoke, _read_outcomes)
    if len(outcomes) != len(calls):
        raise UnexpectedAnswer(f"{len(outcomes)} outcomes for {len(calls)} methods")
    return tuple(map(_given_or_why_not, outcomes))


def _one_by_one(
    channel: Channel, calls: Sequence[Call]
) -> Steps[tuple[Given | ActionResult | AccessResult, ...]]:
    outcomes: list[Given | ActionResult | AccessResult] = []
    for method, parameter in calls:
        try:
            outcomes.append((yield from one(channel, method, parameter)))
        except (ActionRefused, AccessRefused) as refusal:
            outcomes.append(refusal.result)
    return tuple(outcomes)


def _ask(
    channel: Channel,
    request: action.ActionRequest | action.ActionRequestList,
    methods: tuple[Method, ...],
    octets: bytes,
    *,
    is_list: bool,
) -> Steps[action.AnyActionResponse]:
    """Send the request, its parameters in blocks where it is too long and the meter can."""
    whole, invoke = request.to_bytes(), request.invoke
    in_blocks = channel.may(Conformance.BLOCK_TRANSFER_WITH_ACTION)
    if len(whole) <= channel.room or not in_blocks:
        return (yield from channel.ask(whole, action.response_from_bytes, invoke))
    pieces = Pieces(octets, first_head=len(whole) - len(octets), room=channel.room)
    first = action.ActionRequestFirstBlock(
        invoke=invoke, methods=methods, is_list=is_list, block=pieces.next()
    )
    answer = yield from channel.ask(first.to_bytes(), action.response_from_bytes, invoke)
    while isinstance(answer, action.ActionResponseNext):
        pieces.confirm(answer.block)
        following = action.ActionRequestBlock(invoke=invoke, block=pieces.next())
        answer = yield from channel.ask(
            following.to_bytes(), action.response_from_bytes, invoke
        )
    is_refusal = (
        isinstance(answer, action.ActionResponse)
        and answer.result is not ActionResult.SUCCESS
    )
    if not pieces.are_sent and not is_refusal:
        raise TransferRefused("the meter ends a transfer that is not over")
    return answer


def _long(
    channel: Channel,
    answer: action.AnyActionResponse,
    invoke: int,
    read: Callable[[Reader], _Read],
) -> Steps[_Read]:
    """Ask for block after block of a response, and read the whole."""
    pieces = bytearray()
    number, limit = 1, channel.settings.max_transfer
    while True:
        if not isinstance(answer, action.ActionResponseBlock):
            raise UnexpectedAnswer("an outcome expected, or a block of it")
        block = answer.block
        if block.number != number or not (block.raw or block.last):
            raise TransferRefused(f"block {number} expected, not {block.number} or empty")
        pieces += block.raw
        if len(pieces) > limit:
            raise TransferRefused(f"an answer of over {limit} octets")
        if block.last:
            break
        request = action.ActionRequestNext(invoke=invoke, block=number)
        answer = yield from channel.ask(
            request.to_bytes(), action.response_from_bytes, invoke
        )
        number += 1
    reader = Reader(bytes(pieces))
    outcome = read(reader)
    reader.finish()
    return outcome


def _read_outcomes(reader: Reader) -> tuple[Outcome, ...]:
    return read_counted(reader, Outcome.read)


def _given(outcome: Outcome) -> Given:
    held = _given_or_why_not(outcome)
    if isinstance(held, ActionResult):
        raise ActionRefused(held)
    if isinstance(held, AccessResult):
        raise AccessRefused(held)
    return held


def _given_or_why_not(outcome: Outcome) -> Given | ActionResult | AccessResult:
    if outcome.result is not ActionResult.SUCCESS:
        return outcome.result
    if isinstance(outcome.outcome, Failure):
        result = outcome.outcome.result
        return None if result is AccessResult.SUCCESS else result
    return outcome.outcome

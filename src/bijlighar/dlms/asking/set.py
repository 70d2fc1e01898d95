"""Writing attributes: one or several, the values whole or in blocks.

Source: IEC 62056-5-3, SET service.
"""

from __future__ import annotations

from collections.abc import Sequence

from bijlighar.dlms import axdr
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.apdu.descriptor import counted
from bijlighar.dlms.apdu.initiate import Conformance
from bijlighar.dlms.asking.channel import Channel
from bijlighar.dlms.asking.pieces import Pieces
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import AccessResult, Attribute
from bijlighar.dlms.errors import AccessRefused, TransferRefused, UnexpectedAnswer
from bijlighar.dlms.exchange import Steps


def one(channel: Channel, attribute: Attribute, value: Data) -> Steps[None]:
    """Write one attribute; raises `AccessRefused` where it is not written."""
    invoke = channel.next_invoke()
    request = set_.SetRequest(invoke=invoke, attribute=attribute, value=value)
    targets = ((attribute, None),)
    answer = yield from _ask(channel, request, targets, axdr.encode(value), is_list=False)
    if not isinstance(answer, set_.SetResponse):
        raise UnexpectedAnswer("one result expected")
    if answer.result is not AccessResult.SUCCESS:
        raise AccessRefused(answer.result)


def several(
    channel: Channel, values: Sequence[tuple[Attribute, Data]]
) -> Steps[tuple[AccessResult, ...]]:
    """Write attributes; for each, in its place, whether it is written or why not.

    One after another where the meter does not take lists.
    """
    if not channel.may(Conformance.MULTIPLE_REFERENCES):
        return (yield from _one_by_one(channel, values))
    targets = tuple((attribute, None) for attribute, _ in values)
    given = tuple(value for _, value in values)
    request = set_.SetRequestList(
        invoke=channel.next_invoke(), targets=targets, values=given
    )
    octets = counted(map(axdr.encode, given))
    answer = yield from _ask(channel, request, targets, octets, is_list=True)
    if not isinstance(answer, set_.SetResponseList):
        raise UnexpectedAnswer("a list of results expected")
    if len(answer.results) != len(values):
        raise UnexpectedAnswer(f"{len(answer.results)} results for {len(values)} values")
    return answer.results


def _one_by_one(
    channel: Channel, values: Sequence[tuple[Attribute, Data]]
) -> Steps[tuple[AccessResult, ...]]:
    results: list[AccessResult] = []
    for attribute, value in values:
        try:
            yield from one(channel, attribute, value)
            results.append(AccessResult.SUCCESS)
        except AccessRefused as refusal:
            results.append(refusal.result)
    return tuple(results)


def _ask(
    channel: Channel,
    request: set_.SetRequest | set_.SetRequestList,
    targets: tuple[set_.Target, ...],
    octets: bytes,
    *,
    is_list: bool,
) -> Steps[set_.AnySetResponse]:
    """Send the request, its values in blocks where it is too long and the meter can."""
    whole, invoke = request.to_bytes(), request.invoke
    in_blocks = channel.may(Conformance.BLOCK_TRANSFER_WITH_SET)
    if len(whole) <= channel.room or not in_blocks:
        return (yield from channel.ask(whole, set_.response_from_bytes, invoke))
    first_head = len(whole) - len(octets)
    pieces = Pieces(octets, first_head=first_head, room=channel.room)
    first = set_.SetRequestFirstBlock(
        invoke=invoke, targets=targets, is_list=is_list, block=pieces.next()
    )
    answer = yield from channel.ask(first.to_bytes(), set_.response_from_bytes, invoke)
    while isinstance(answer, set_.SetResponseNext):
        pieces.confirm(answer.block)
        request_ = set_.SetRequestBlock(invoke=invoke, block=pieces.next())
        answer = yield from channel.ask(
            request_.to_bytes(), set_.response_from_bytes, invoke
        )
    if not pieces.are_sent and not _is_refusal(answer):
        raise TransferRefused("the meter ends a transfer that is not over")
    return answer


def _is_refusal(answer: set_.AnySetResponse) -> bool:
    return (
        isinstance(answer, set_.SetResponse) and answer.result is not AccessResult.SUCCESS
    ) or (
        isinstance(answer, set_.SetResponseList)
        and AccessResult.SUCCESS not in answer.results
    )

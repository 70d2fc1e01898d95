"""Reading attributes: one or several, the answers whole or in blocks.

Source: IEC 62056-5-3, GET service.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from bijlighar.dlms import axdr
from bijlighar.dlms.apdu import get
from bijlighar.dlms.apdu.descriptor import Failure, read_counted, read_outcome
from bijlighar.dlms.apdu.initiate import Conformance
from bijlighar.dlms.asking.channel import Channel
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import AccessResult, Attribute, Selection, selection_to_access
from bijlighar.dlms.errors import AccessRefused, TransferRefused, UnexpectedAnswer
from bijlighar.dlms.exchange import Steps
from bijlighar.dlms.reader import Reader

_WHOLE = bytes((get.RESPONSE_TAG, 1))

Target: TypeAlias = tuple[Attribute, Selection | None]


def one(channel: Channel, target: Target) -> Steps[Data]:
    """The value of one attribute; raises `AccessRefused` where there is none."""
    attribute, selection = target
    invoke = channel.next_invoke()
    access = None if selection is None else selection_to_access(selection)
    request = get.GetRequest(invoke=invoke, attribute=attribute, selection=access)
    answer = yield from channel.ask(request.to_bytes(), get.response_from_bytes, invoke)
    if not isinstance(answer, get.GetResponse):
        return axdr.decode((yield from _blocks(channel, answer, invoke)))
    if isinstance(answer.outcome, Failure):
        raise AccessRefused(answer.outcome.result)
    return answer.outcome


def encoded(channel: Channel, target: Target) -> Steps[bytes]:
    """The same value as its octets, for tables that are read in bulk."""
    attribute, selection = target
    invoke = channel.next_invoke()
    access = None if selection is None else selection_to_access(selection)
    request = get.GetRequest(invoke=invoke, attribute=attribute, selection=access)
    answer = yield from channel.ask(request.to_bytes(), _undecoded, invoke)
    if isinstance(answer, get.GetResponse) and isinstance(answer.outcome, Failure):
        raise AccessRefused(answer.outcome.result)
    return (yield from _blocks(channel, answer, invoke))


def several(
    channel: Channel, targets: Sequence[Target]
) -> Steps[tuple[Data | AccessResult, ...]]:
    """The values, each in its place, or why there is none.

    One after another where the meter does not take lists, in several lists where one would
    be too long for it.
    """
    if not channel.may(Conformance.MULTIPLE_REFERENCES):
        return (yield from _one_by_one(channel, targets))
    invoke = channel.next_invoke()
    asked = tuple(
        (attribute, None if selection is None else selection_to_access(selection))
        for attribute, selection in targets
    )
    request = get.GetRequestList(invoke=invoke, attributes=asked).to_bytes()
    if len(request) > channel.room and not channel.fits_any and len(targets) > 1:
        half = len(targets) // 2
        first = yield from several(channel, targets[:half])
        return first + (yield from several(channel, targets[half:]))
    answer = yield from channel.ask(request, get.response_from_bytes, invoke)
    if isinstance(answer, get.GetResponseList):
        outcomes = answer.outcomes
    else:
        reader = Reader((yield from _blocks(channel, answer, invoke)))
        outcomes = read_counted(reader, read_outcome)
        reader.finish()
    if len(outcomes) != len(targets):
        raise UnexpectedAnswer(f"{len(outcomes)} outcomes for {len(targets)} attributes")
    return tuple(o.result if isinstance(o, Failure) else o for o in outcomes)


def _one_by_one(
    channel: Channel, targets: Sequence[Target]
) -> Steps[tuple[Data | AccessResult, ...]]:
    outcomes: list[Data | AccessResult] = []
    for target in targets:
        try:
            outcomes.append((yield from one(channel, target)))
        except AccessRefused as refusal:
            outcomes.append(refusal.result)
    return tuple(outcomes)


def _blocks(channel: Channel, answer: get.AnyGetResponse, invoke: int) -> Steps[bytes]:
    pieces = bytearray()
    block, limit = 1, channel.settings.max_transfer
    while True:
        pieces += _piece(answer, block)
        if len(pieces) > limit:
            raise TransferRefused(f"an answer of over {limit} octets")
        assert isinstance(answer, get.GetResponseBlock)
        if answer.last:
            return bytes(pieces)
        request = get.GetRequestNext(invoke=invoke, block=block)
        answer = yield from channel.ask(request.to_bytes(), get.response_from_bytes, invoke)
        block += 1


def _undecoded(data: bytes) -> get.AnyGetResponse:
    """A GET response; a whole value as if it were the first and last block of itself."""
    if data[:2] == _WHOLE and data[3:4] == b"\x00":
        return get.GetResponseBlock(invoke=data[2], last=True, block=1, raw=data[4:])
    return get.response_from_bytes(data)


def _piece(response: get.AnyGetResponse, block: int) -> bytes:
    """The octets of the block with this number."""
    if not isinstance(response, get.GetResponseBlock):
        raise UnexpectedAnswer("a block expected")
    if isinstance(response.raw, Failure):
        raise AccessRefused(response.raw.result)
    if response.block != block or not (response.raw or response.last):
        raise TransferRefused(f"block {block} expected, not {response.block} or empty")
    return response.raw

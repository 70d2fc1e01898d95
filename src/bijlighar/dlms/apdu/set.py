"""SET: writing attributes, one or several, at once or in blocks.

The blocks of a long SET joined are the value (for several: their count and the values).

Source: IEC 62056-5-3, Set-Request and Set-Response.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bijlighar.dlms import axdr
from bijlighar.dlms.apdu.blocks import Block
from bijlighar.dlms.apdu.descriptor import (
    attribute_octets,
    counted,
    read_attribute,
    read_counted,
    read_result,
    read_selection,
    selection_octets,
)
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import AccessResult, AccessSelection, Attribute
from bijlighar.dlms.reader import Reader

REQUEST_TAG = 0xC1
RESPONSE_TAG = 0xC5

_NORMAL, _FIRST_BLOCK, _BLOCK, _LIST, _LIST_FIRST_BLOCK = 1, 2, 3, 4, 5
_BLOCK_TAKEN, _LAST_BLOCK, _LAST_BLOCK_OF_LIST, _LIST_RESULT = 2, 3, 4, 5

Target: TypeAlias = tuple[Attribute, AccessSelection | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRequest:
    """Write one attribute, or the selected part of one."""

    invoke: int
    attribute: Attribute
    selection: AccessSelection | None = None
    value: Data

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((REQUEST_TAG, _NORMAL, self.invoke))
        target = _target_octets((self.attribute, self.selection))
        return head + target + axdr.encode(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRequestList:
    """Write several attributes at once: as many values as targets."""

    invoke: int
    targets: tuple[Target, ...]
    values: tuple[Data, ...]

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((REQUEST_TAG, _LIST, self.invoke))
        targets = counted(map(_target_octets, self.targets))
        return head + targets + counted(map(axdr.encode, self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRequestFirstBlock:
    """Write one attribute, or with `is_list` several; the values come in blocks."""

    invoke: int
    targets: tuple[Target, ...]
    is_list: bool = False
    block: Block

    def to_bytes(self) -> bytes:
        """The APDU."""
        targets = [_target_octets(target) for target in self.targets]
        if self.is_list:
            head = bytes((REQUEST_TAG, _LIST_FIRST_BLOCK, self.invoke)) + counted(targets)
        else:
            assert len(targets) == 1
            head = bytes((REQUEST_TAG, _FIRST_BLOCK, self.invoke)) + targets[0]
        return head + self.block.to_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRequestBlock:
    """The next block of a long SET."""

    invoke: int
    block: Block

    def to_bytes(self) -> bytes:
        """The APDU."""
        return bytes((REQUEST_TAG, _BLOCK, self.invoke)) + self.block.to_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetResponse:
    """Written, or why not; `block` is the last block's number, if it came in blocks."""

    invoke: int
    result: AccessResult
    block: int | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        kind = _NORMAL if self.block is None else _LAST_BLOCK
        head = bytes((RESPONSE_TAG, kind, self.invoke, self.result))
        return head if self.block is None else head + self.block.to_bytes(4, "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetResponseList:
    """For each attribute: written, or why not."""

    invoke: int
    results: tuple[AccessResult, ...]
    block: int | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        kind = _LIST_RESULT if self.block is None else _LAST_BLOCK_OF_LIST
        results = counted(bytes((result,)) for result in self.results)
        head = bytes((RESPONSE_TAG, kind, self.invoke)) + results
        return head if self.block is None else head + self.block.to_bytes(4, "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetResponseNext:
    """The block with this number has come: send the next one."""

    invoke: int
    block: int

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((RESPONSE_TAG, _BLOCK_TAKEN, self.invoke))
        return head + self.block.to_bytes(4, "big")


AnySetRequest: TypeAlias = (
    SetRequest | SetRequestList | SetRequestFirstBlock | SetRequestBlock
)
AnySetResponse: TypeAlias = SetResponse | SetResponseList | SetResponseNext


def request_from_bytes(data: bytes) -> AnySetRequest:
    """Read any SET request."""
    reader = Reader(data)
    reader.expect(bytes((REQUEST_TAG,)), "tag of a SET request")
    kind, invoke = reader.octet(), reader.octet()
    request: AnySetRequest
    if kind == _NORMAL:
        attribute, selection = _read_target(reader)
        request = SetRequest(
            invoke=invoke,
            attribute=attribute,
            selection=selection,
            value=axdr.read(reader),
        )
    elif kind == _LIST:
        request = SetRequestList(
            invoke=invoke,
            targets=read_counted(reader, _read_target),
            values=read_counted(reader, axdr.read),
        )
    elif kind in (_FIRST_BLOCK, _LIST_FIRST_BLOCK):
        is_list = kind == _LIST_FIRST_BLOCK
        request = SetRequestFirstBlock(
            invoke=invoke,
            targets=(
                read_counted(reader, _read_target) if is_list else (_read_target(reader),)
            ),
            is_list=is_list,
            block=Block.read(reader),
        )
    elif kind == _BLOCK:
        request = SetRequestBlock(invoke=invoke, block=Block.read(reader))
    else:
        raise reader.error(f"SET request of kind {kind}", at=1)
    reader.finish()
    return request


def response_from_bytes(data: bytes) -> AnySetResponse:
    """Read any SET response."""
    reader = Reader(data)
    reader.expect(bytes((RESPONSE_TAG,)), "tag of a SET response")
    kind, invoke = reader.octet(), reader.octet()
    response: AnySetResponse
    if kind in (_NORMAL, _LAST_BLOCK):
        response = SetResponse(
            invoke=invoke,
            result=_read_result(reader),
            block=None if kind == _NORMAL else reader.unsigned(4),
        )
    elif kind in (_LIST_RESULT, _LAST_BLOCK_OF_LIST):
        response = SetResponseList(
            invoke=invoke,
            results=read_counted(reader, _read_result),
            block=None if kind == _LIST_RESULT else reader.unsigned(4),
        )
    elif kind == _BLOCK_TAKEN:
        response = SetResponseNext(invoke=invoke, block=reader.unsigned(4))
    else:
        raise reader.error(f"SET response of kind {kind}", at=1)
    reader.finish()
    return response


def _target_octets(target: Target) -> bytes:
    attribute, selection = target
    return attribute_octets(attribute) + selection_octets(selection)


def _read_target(reader: Reader) -> Target:
    return read_attribute(reader), read_selection(reader)


def _read_result(reader: Reader) -> AccessResult:
    return read_result(reader, AccessResult)

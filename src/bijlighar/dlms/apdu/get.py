"""GET: reading attributes, in one answer or in blocks.

In a block, `raw` is a piece of the encoded answer; the pieces joined are the value.

Source: IEC 62056-5-3, Get-Request and Get-Response.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bijlighar.dlms.apdu.descriptor import (
    Failure,
    attribute_octets,
    outcome_octets,
    read_attribute,
    read_choice,
    read_counted,
    read_outcome,
    read_result,
    read_selection,
    selection_octets,
)
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import AccessResult, AccessSelection, Attribute
from bijlighar.dlms.reader import Reader, length_octets

REQUEST_TAG = 0xC0
RESPONSE_TAG = 0xC4

_NORMAL, _WITH_BLOCK, _WITH_LIST = 1, 2, 3
_NEXT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRequest:
    """Read one attribute, or the selected rows of one."""

    invoke: int
    attribute: Attribute
    selection: AccessSelection | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((REQUEST_TAG, _NORMAL, self.invoke))
        return head + attribute_octets(self.attribute) + selection_octets(self.selection)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRequestNext:
    """Block number `block` has come: send the next one."""

    invoke: int
    block: int

    def to_bytes(self) -> bytes:
        """The APDU."""
        return bytes((REQUEST_TAG, _NEXT, self.invoke)) + self.block.to_bytes(4, "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRequestList:
    """Read several attributes at once."""

    invoke: int
    attributes: tuple[tuple[Attribute, AccessSelection | None], ...]

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((REQUEST_TAG, _WITH_LIST, self.invoke))
        return b"".join(
            (
                head + length_octets(len(self.attributes)),
                *(attribute_octets(a) + selection_octets(s) for a, s in self.attributes),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GetResponse:
    """The value of one attribute, or why there is none."""

    invoke: int
    outcome: Data | Failure

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((RESPONSE_TAG, _NORMAL, self.invoke))
        return head + outcome_octets(self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetResponseBlock:
    """A piece of a long answer, or why it goes no further."""

    invoke: int
    last: bool
    block: int
    raw: bytes | Failure

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((RESPONSE_TAG, _WITH_BLOCK, self.invoke, self.last))
        if isinstance(self.raw, Failure):
            tail = bytes((1, self.raw.result))
        else:
            tail = b"\x00" + length_octets(len(self.raw)) + self.raw
        return head + self.block.to_bytes(4, "big") + tail


@dataclass(frozen=True, slots=True, kw_only=True)
class GetResponseList:
    """The values of several attributes, each with its own outcome."""

    invoke: int
    outcomes: tuple[Data | Failure, ...]

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((RESPONSE_TAG, _WITH_LIST, self.invoke))
        return b"".join(
            (head + length_octets(len(self.outcomes)), *map(outcome_octets, self.outcomes))
        )


AnyGetRequest: TypeAlias = GetRequest | GetRequestNext | GetRequestList
AnyGetResponse: TypeAlias = GetResponse | GetResponseBlock | GetResponseList


def request_from_bytes(data: bytes) -> AnyGetRequest:
    """Read any GET request."""
    reader = Reader(data)
    reader.expect(bytes((REQUEST_TAG,)), "tag of a GET request")
    kind, invoke = reader.octet(), reader.octet()
    request: AnyGetRequest
    if kind == _NORMAL:
        request = GetRequest(
            invoke=invoke,
            attribute=read_attribute(reader),
            selection=read_selection(reader),
        )
    elif kind == _NEXT:
        request = GetRequestNext(invoke=invoke, block=reader.unsigned(4))
    elif kind == _WITH_LIST:
        attributes = read_counted(
            reader, lambda at: (read_attribute(at), read_selection(at))
        )
        request = GetRequestList(invoke=invoke, attributes=attributes)
    else:
        raise reader.error(f"GET request of kind {kind}", at=1)
    reader.finish()
    return request


def response_from_bytes(data: bytes) -> AnyGetResponse:
    """Read any GET response."""
    reader = Reader(data)
    reader.expect(bytes((RESPONSE_TAG,)), "tag of a GET response")
    kind, invoke = reader.octet(), reader.octet()
    response: AnyGetResponse
    if kind == _NORMAL:
        response = GetResponse(invoke=invoke, outcome=read_outcome(reader))
    elif kind == _WITH_BLOCK:
        response = GetResponseBlock(
            invoke=invoke,
            last=reader.flag(),
            block=reader.unsigned(4),
            raw=_read_piece(reader),
        )
    elif kind == _WITH_LIST:
        response = GetResponseList(
            invoke=invoke, outcomes=read_counted(reader, read_outcome)
        )
    else:
        raise reader.error(f"GET response of kind {kind}", at=1)
    reader.finish()
    return response


def _read_piece(reader: Reader) -> bytes | Failure:
    if read_choice(reader):
        return Failure(result=read_result(reader, AccessResult))
    return reader.sized()

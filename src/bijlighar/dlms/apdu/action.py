"""ACTION: invoking methods, one or several, at once or in blocks.

The blocks of a long request joined are the parameter (for several: their count and the
parameters); those of a long response are the outcome, result and what is given back (for
several: their count and the outcomes).

Source: IEC 62056-5-3, Action-Request and Action-Response.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bijlighar.dlms import axdr
from bijlighar.dlms.apdu.blocks import Block
from bijlighar.dlms.apdu.descriptor import (
    Failure,
    counted,
    method_octets,
    outcome_octets,
    read_counted,
    read_method,
    read_outcome,
    read_result,
)
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import ActionResult, Method
from bijlighar.dlms.reader import Reader

REQUEST_TAG = 0xC3
RESPONSE_TAG = 0xC7

_NORMAL, _NEXT, _LIST, _FIRST_BLOCK, _LIST_FIRST_BLOCK, _BLOCK = 1, 2, 3, 4, 5, 6
_BLOCK_RESPONSE, _LIST_RESPONSE, _NEXT_RESPONSE = 2, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequest:
    """Invoke one method, with or without a parameter."""

    invoke: int
    method: Method
    parameter: Data | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        given = self.parameter
        return b"".join(
            (
                bytes((REQUEST_TAG, _NORMAL, self.invoke)),
                method_octets(self.method),
                b"\x00" if given is None else b"\x01" + axdr.encode(given),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequestNext:
    """Block number `block` of the response has come: send the next one."""

    invoke: int
    block: int

    def to_bytes(self) -> bytes:
        """The APDU."""
        return bytes((REQUEST_TAG, _NEXT, self.invoke)) + self.block.to_bytes(4, "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequestList:
    """Invoke several methods, each with its parameter (null where it takes none)."""

    invoke: int
    methods: tuple[Method, ...]
    parameters: tuple[Data, ...]

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((REQUEST_TAG, _LIST, self.invoke))
        methods = counted(map(method_octets, self.methods))
        return head + methods + counted(map(axdr.encode, self.parameters))


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequestFirstBlock:
    """Invoke one method, or with `is_list` several; the parameters come in blocks."""

    invoke: int
    methods: tuple[Method, ...]
    is_list: bool = False
    block: Block

    def to_bytes(self) -> bytes:
        """The APDU."""
        methods = [method_octets(method) for method in self.methods]
        if self.is_list:
            head = bytes((REQUEST_TAG, _LIST_FIRST_BLOCK, self.invoke)) + counted(methods)
        else:
            assert len(methods) == 1
            head = bytes((REQUEST_TAG, _FIRST_BLOCK, self.invoke)) + methods[0]
        return head + self.block.to_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequestBlock:
    """The next block of a long request."""

    invoke: int
    block: Block

    def to_bytes(self) -> bytes:
        """The APDU."""
        return bytes((REQUEST_TAG, _BLOCK, self.invoke)) + self.block.to_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Done or not, and what the method gives back, if it gives anything."""

    result: ActionResult
    outcome: Data | Failure | None = None

    def to_bytes(self) -> bytes:
        """The result, and what is given back where there is something."""
        given = self.outcome
        head = bytes((self.result,))
        return head + (b"\x00" if given is None else b"\x01" + outcome_octets(given))

    @classmethod
    def read(cls, reader: Reader) -> Outcome:
        """Read the outcome at the cursor."""
        result = read_result(reader, ActionResult)
        return cls(result=result, outcome=read_outcome(reader) if reader.flag() else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResponse:
    """Done or not, and what the method gives back, if it gives anything."""

    invoke: int
    result: ActionResult
    outcome: Data | Failure | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        outcome = Outcome(result=self.result, outcome=self.outcome)
        return bytes((RESPONSE_TAG, _NORMAL, self.invoke)) + outcome.to_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResponseList:
    """For each method: done or not, and what it gives back."""

    invoke: int
    outcomes: tuple[Outcome, ...]

    def to_bytes(self) -> bytes:
        """The APDU."""
        outcomes = counted(outcome.to_bytes() for outcome in self.outcomes)
        return bytes((RESPONSE_TAG, _LIST_RESPONSE, self.invoke)) + outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResponseBlock:
    """A piece of a long response."""

    invoke: int
    block: Block

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((RESPONSE_TAG, _BLOCK_RESPONSE, self.invoke))
        return head + self.block.to_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResponseNext:
    """Block number `block` of the request has come: send the next one."""

    invoke: int
    block: int

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((RESPONSE_TAG, _NEXT_RESPONSE, self.invoke))
        return head + self.block.to_bytes(4, "big")


AnyActionRequest: TypeAlias = (
    ActionRequest
    | ActionRequestNext
    | ActionRequestList
    | ActionRequestFirstBlock
    | ActionRequestBlock
)
AnyActionResponse: TypeAlias = (
    ActionResponse | ActionResponseList | ActionResponseBlock | ActionResponseNext
)


def request_from_bytes(data: bytes) -> AnyActionRequest:
    """Read any ACTION request."""
    reader = Reader(data)
    reader.expect(bytes((REQUEST_TAG,)), "tag of an ACTION request")
    kind, invoke = reader.octet(), reader.octet()
    request: AnyActionRequest
    if kind == _NORMAL:
        request = ActionRequest(
            invoke=invoke,
            method=read_method(reader),
            parameter=axdr.read(reader) if reader.flag() else None,
        )
    elif kind == _NEXT:
        request = ActionRequestNext(invoke=invoke, block=reader.unsigned(4))
    elif kind == _LIST:
        request = ActionRequestList(
            invoke=invoke,
            methods=read_counted(reader, read_method),
            parameters=read_counted(reader, axdr.read),
        )
    elif kind in (_FIRST_BLOCK, _LIST_FIRST_BLOCK):
        is_list = kind == _LIST_FIRST_BLOCK
        request = ActionRequestFirstBlock(
            invoke=invoke,
            methods=(
                read_counted(reader, read_method) if is_list else (read_method(reader),)
            ),
            is_list=is_list,
            block=Block.read(reader),
        )
    elif kind == _BLOCK:
        request = ActionRequestBlock(invoke=invoke, block=Block.read(reader))
    else:
        raise reader.error(f"ACTION request of kind {kind}", at=1)
    reader.finish()
    return request


def response_from_bytes(data: bytes) -> AnyActionResponse:
    """Read any ACTION response."""
    reader = Reader(data)
    reader.expect(bytes((RESPONSE_TAG,)), "tag of an ACTION response")
    kind, invoke = reader.octet(), reader.octet()
    response: AnyActionResponse
    if kind == _NORMAL:
        outcome = Outcome.read(reader)
        response = ActionResponse(
            invoke=invoke, result=outcome.result, outcome=outcome.outcome
        )
    elif kind == _LIST_RESPONSE:
        response = ActionResponseList(
            invoke=invoke, outcomes=read_counted(reader, Outcome.read)
        )
    elif kind == _BLOCK_RESPONSE:
        response = ActionResponseBlock(invoke=invoke, block=Block.read(reader))
    elif kind == _NEXT_RESPONSE:
        response = ActionResponseNext(invoke=invoke, block=reader.unsigned(4))
    else:
        raise reader.error(f"ACTION response of kind {kind}", at=1)
    reader.finish()
    return response

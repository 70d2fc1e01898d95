"""ACTION: invoking one method.

Source: IEC 62056-5-3, Action-Request-Normal and Action-Response-Normal.
"""

from __future__ import annotations

from dataclasses import dataclass

from bijlighar.dlms import axdr
from bijlighar.dlms.apdu.descriptor import (
    Failure,
    method_octets,
    outcome_octets,
    read_method,
    read_outcome,
    read_result,
)
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import ActionResult, Method
from bijlighar.dlms.reader import Reader

REQUEST_TAG = 0xC3
RESPONSE_TAG = 0xC7

_NORMAL = 1


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

    @classmethod
    def from_bytes(cls, data: bytes) -> ActionRequest:
        """Read the APDU."""
        reader = Reader(data)
        reader.expect(bytes((REQUEST_TAG, _NORMAL)), "normal ACTION request")
        request = cls(
            invoke=reader.octet(),
            method=read_method(reader),
            parameter=axdr.read(reader) if reader.flag() else None,
        )
        reader.finish()
        return request


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResponse:
    """Done or not, and what the method gives back, if it gives anything."""

    invoke: int
    result: ActionResult
    outcome: Data | Failure | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        given = self.outcome
        head = bytes((RESPONSE_TAG, _NORMAL, self.invoke, self.result))
        return head + (b"\x00" if given is None else b"\x01" + outcome_octets(given))

    @classmethod
    def from_bytes(cls, data: bytes) -> ActionResponse:
        """Read the APDU."""
        reader = Reader(data)
        reader.expect(bytes((RESPONSE_TAG, _NORMAL)), "normal ACTION response")
        response = cls(
            invoke=reader.octet(),
            result=read_result(reader, ActionResult),
            outcome=read_outcome(reader) if reader.flag() else None,
        )
        reader.finish()
        return response

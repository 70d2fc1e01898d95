"""SET: writing one attribute.

Source: IEC 62056-5-3, Set-Request-Normal and Set-Response-Normal.
"""

from __future__ import annotations

from dataclasses import dataclass

from bijlighar.dlms import axdr
from bijlighar.dlms.apdu.descriptor import (
    attribute_octets,
    read_attribute,
    read_result,
    read_selection,
    selection_octets,
)
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import AccessResult, AccessSelection, Attribute
from bijlighar.dlms.reader import Reader

REQUEST_TAG = 0xC1
RESPONSE_TAG = 0xC5

_NORMAL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRequest:
    """Write one attribute, or the selected part of one."""

    invoke: int
    attribute: Attribute
    selection: AccessSelection | None = None
    value: Data

    def to_bytes(self) -> bytes:
        """The APDU."""
        return b"".join(
            (
                bytes((REQUEST_TAG, _NORMAL, self.invoke)),
                attribute_octets(self.attribute),
                selection_octets(self.selection),
                axdr.encode(self.value),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> SetRequest:
        """Read the APDU."""
        reader = Reader(data)
        reader.expect(bytes((REQUEST_TAG, _NORMAL)), "normal SET request")
        request = cls(
            invoke=reader.octet(),
            attribute=read_attribute(reader),
            selection=read_selection(reader),
            value=axdr.read(reader),
        )
        reader.finish()
        return request


@dataclass(frozen=True, slots=True, kw_only=True)
class SetResponse:
    """Written, or why not."""

    invoke: int
    result: AccessResult

    def to_bytes(self) -> bytes:
        """The APDU."""
        return bytes((RESPONSE_TAG, _NORMAL, self.invoke, self.result))

    @classmethod
    def from_bytes(cls, data: bytes) -> SetResponse:
        """Read the APDU."""
        reader = Reader(data)
        reader.expect(bytes((RESPONSE_TAG, _NORMAL)), "normal SET response")
        response = cls(invoke=reader.octet(), result=read_result(reader, AccessResult))
        reader.finish()
        return response

"""What both sides agree on inside AARQ and AARE: services and the size of APDUs.

Source: IEC 62056-5-3, InitiateRequest, InitiateResponse, Conformance.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

from bijlighar.dlms.reader import Reader, length_octets

REQUEST_TAG = 0x01
RESPONSE_TAG = 0x08
DLMS_VERSION = 6
NO_LIMIT = 0

_CONFORMANCE_TAG = bytes.fromhex("5F1F0400")  # application 31, four octets, no spare bits
_LOGICAL_NAME_VAA = 7


class Conformance(IntFlag):
    """The services of one side; bit 0 of the standard is the highest of 24."""

    GENERAL_PROTECTION = 0x400000
    GENERAL_BLOCK_TRANSFER = 0x200000
    PRIORITY = 0x004000
    ATTRIBUTE_0_WITH_GET = 0x002000
    BLOCK_TRANSFER_WITH_GET = 0x001000
    BLOCK_TRANSFER_WITH_SET = 0x000800
    BLOCK_TRANSFER_WITH_ACTION = 0x000400
    MULTIPLE_REFERENCES = 0x000200
    DATA_NOTIFICATION = 0x000080
    ACCESS = 0x000040
    GET = 0x000010
    SET = 0x000008
    SELECTIVE_ACCESS = 0x000004
    EVENT_NOTIFICATION = 0x000002
    ACTION = 0x000001


# What a client proposes unless its make wants otherwise.
SPOKEN = (
    Conformance.PRIORITY
    | Conformance.BLOCK_TRANSFER_WITH_GET
    | Conformance.BLOCK_TRANSFER_WITH_SET
    | Conformance.BLOCK_TRANSFER_WITH_ACTION
    | Conformance.MULTIPLE_REFERENCES
    | Conformance.GET
    | Conformance.SET
    | Conformance.SELECTIVE_ACCESS
    | Conformance.ACTION
)
# What a server agrees to.
SERVED = SPOKEN | Conformance.GENERAL_PROTECTION | Conformance.GENERAL_BLOCK_TRANSFER


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiateRequest:
    """What the client can do; `max_pdu` is the longest APDU it takes (0: no limit)."""

    conformance: int
    max_pdu: int
    dedicated_key: bytes | None = None
    response_allowed: bool = True
    quality_of_service: int | None = None
    version: int = DLMS_VERSION

    def to_bytes(self) -> bytes:
        """The APDU."""
        key = self.dedicated_key
        return b"".join(
            (
                bytes((REQUEST_TAG,)),
                b"\x00" if key is None else b"\x01" + length_octets(len(key)) + key,
                b"\x00" if self.response_allowed else b"\x01\x00",
                _optional(self.quality_of_service),
                bytes((self.version,)),
                _agreed(self.conformance, self.max_pdu),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> InitiateRequest:
        """Read the APDU."""
        reader = Reader(data)
        reader.expect(bytes((REQUEST_TAG,)), "tag of an initiate request")
        dedicated_key = reader.sized() if reader.flag() else None
        response_allowed = reader.flag() if reader.flag() else True
        quality_of_service = reader.octet() if reader.flag() else None
        version = reader.octet()
        conformance, max_pdu = _read_agreed(reader)
        reader.finish()
        return cls(
            conformance=conformance,
            max_pdu=max_pdu,
            dedicated_key=dedicated_key,
            response_allowed=response_allowed,
            quality_of_service=quality_of_service,
            version=version,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiateResponse:
    """What is agreed; `max_pdu` is the longest APDU the server takes (0: no limit)."""

    conformance: int
    max_pdu: int
    quality_of_service: int | None = None
    version: int = DLMS_VERSION
    vaa_name: int = _LOGICAL_NAME_VAA

    def to_bytes(self) -> bytes:
        """The APDU."""
        return b"".join(
            (
                bytes((RESPONSE_TAG,)),
                _optional(self.quality_of_service),
                bytes((self.version,)),
                _agreed(self.conformance, self.max_pdu),
                self.vaa_name.to_bytes(2, "big"),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> InitiateResponse:
        """Read the APDU."""
        reader = Reader(data)
        reader.expect(bytes((RESPONSE_TAG,)), "tag of an initiate response")
        quality_of_service = reader.octet() if reader.flag() else None
        version = reader.octet()
        conformance, max_pdu = _read_agreed(reader)
        vaa_name = reader.unsigned(2)
        reader.finish()
        return cls(
            conformance=conformance,
            max_pdu=max_pdu,
            quality_of_service=quality_of_service,
            version=version,
            vaa_name=vaa_name,
        )


def _optional(value: int | None) -> bytes:
    return b"\x00" if value is None else bytes((1, value))


def _agreed(conformance: int, max_pdu: int) -> bytes:
    return _CONFORMANCE_TAG + conformance.to_bytes(3, "big") + max_pdu.to_bytes(2, "big")


def _read_agreed(reader: Reader) -> tuple[int, int]:
    reader.expect(_CONFORMANCE_TAG, "conformance block")
    return reader.unsigned(3), reader.unsigned(2)

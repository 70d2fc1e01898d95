"""The LLC header: three octets before each APDU that travels in HDLC frames.

Source: IEC 62056-46 (LLC sublayer).
"""

from __future__ import annotations

from bijlighar.dlms.errors import DecodeError

COMMAND = bytes.fromhex("E6E600")
RESPONSE = bytes.fromhex("E6E700")


def stripped(octets: bytes) -> bytes:
    """The APDU behind the header of a command or a response."""
    if octets[: len(COMMAND)] not in (COMMAND, RESPONSE):
        raise DecodeError("an LLC header expected", offset=0, data=octets)
    return octets[len(COMMAND) :]

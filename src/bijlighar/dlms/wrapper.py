"""The wrapper: how APDUs travel in a TCP stream or a UDP datagram.

Eight octets come before each APDU, as four numbers of 16 bits: version (1), source,
destination, length of the APDU.

Source: IEC 62056-4-7 (formerly -47), wrapper protocol data unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

from bijlighar.dlms.errors import DecodeError, EncodeError

PORT = 4059
VERSION = 1
MAX_PAYLOAD = 0xFFFF
DEFAULT_MAX_PAYLOAD = 8192

_HEADER = Struct(">HHHH")
HEADER_SIZE = _HEADER.size


@dataclass(frozen=True, slots=True)
class Frame:
    """One APDU and the two ports, SAPs of client and server, between which it goes."""

    source: int
    destination: int
    payload: bytes

    def to_bytes(self) -> bytes:
        """Header and APDU."""
        for port in (self.source, self.destination):
            if not 0 <= port <= 0xFFFF:
                raise EncodeError(f"{port} is no wrapper port")
        if len(self.payload) > MAX_PAYLOAD:
            raise EncodeError(f"an APDU of {len(self.payload)} octets fits no frame")
        header = _HEADER.pack(VERSION, self.source, self.destination, len(self.payload))
        return header + self.payload

    @classmethod
    def from_bytes(cls, data: bytes) -> Frame:
        """Read one frame that fills all of `data`, such as a datagram."""
        reader = FrameReader(max_payload=MAX_PAYLOAD)
        reader.feed(data)
        frame = reader.next_frame()
        if frame is None or len(data) != _HEADER.size + len(frame.payload):
            raise DecodeError("not one whole frame", offset=0, data=data)
        return frame


class FrameReader:
    """Takes a stream in pieces of any size and gives the frames in it.

    After a `DecodeError` the stream has lost its rhythm: every further call repeats the
    error, and the connection should be closed.
    """

    def __init__(self, max_payload: int = DEFAULT_MAX_PAYLOAD) -> None:
        self._max_payload = max_payload
        self._pending = bytearray()

    def feed(self, data: bytes) -> None:
        """Take octets as they come."""
        self._pending += data

    def next_frame(self) -> Frame | None:
        """The next whole frame, or None until more octets come."""
        if len(self._pending) < _HEADER.size:
            return None
        version, source, destination, length = _HEADER.unpack_from(self._pending)
        if version != VERSION:
            raise self._error(f"wrapper version {version}", offset=0)
        if length > self._max_payload:
            raise self._error(f"a frame of {length} octets is too long", offset=6)
        end = _HEADER.size + length
        if len(self._pending) < end:
            return None
        payload = bytes(self._pending[_HEADER.size : end])
        del self._pending[:end]
        return Frame(source, destination, payload)

    def frames(self) -> Iterator[Frame]:
        """All whole frames that have come."""
        while (frame := self.next_frame()) is not None:
            yield frame

    def _error(self, message: str, *, offset: int) -> DecodeError:
        return DecodeError(
            message, offset=offset, data=bytes(self._pending[: _HEADER.size])
        )

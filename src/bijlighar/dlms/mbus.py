"""Wired M-Bus long frames: how some meters push APDUs on their customer port.

Each frame carries a segment of one APDU: its number, whether it is the last, and the two
SAPs between which it goes.

Source: EN 13757-2 (long frame), EN 13757-3 (transport layer of DLMS/COSEM); IEC 62056-7-3.
"""

from __future__ import annotations

from dataclasses import dataclass

from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.reader import Reader

START = 0x68
END = 0x16
MAX_SEGMENTS = 16

_HEAD_SIZE = 4
_LAST = 0x10
_NUMBER = 0x0F
_TRANSPORT_SIZE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One frame's share of an APDU."""

    control: int
    address: int
    number: int
    is_last: bool
    source: int
    destination: int
    payload: bytes

    def to_bytes(self) -> bytes:
        """The long frame."""
        marked = self.number | (_LAST if self.is_last else 0)
        body = bytes((self.control, self.address, marked, self.source, self.destination))
        body += self.payload
        size = len(body)
        head = bytes((START, size, size, START))
        return head + body + bytes((sum(body) & 0xFF, END))


def read_segments(data: bytes) -> list[Segment]:
    """The frames of one APDU that fill `data`, in order and complete."""
    reader = Reader(data)
    segments: list[Segment] = []
    while not segments or not segments[-1].is_last:
        start = reader.offset
        segment = _read_segment(reader)
        if segment.number != len(segments) % MAX_SEGMENTS:
            raise reader.error(f"segment {len(segments)} expected", at=start)
        ends = (segment.source, segment.destination)
        if segments and ends != (segments[0].source, segments[0].destination):
            raise reader.error("a segment between other stations", at=start)
        segments.append(segment)
    reader.finish()
    return segments


def apdu_in(data: bytes) -> bytes:
    """The APDU that the frames in `data` carry."""
    return b"".join(segment.payload for segment in read_segments(data))


def _read_segment(reader: Reader) -> Segment:
    start = reader.offset
    first, size, again, second = reader.take(_HEAD_SIZE)
    if (first, second) != (START, START) or size != again or size < _TRANSPORT_SIZE:
        raise reader.error("no M-Bus long frame", at=start)
    body = reader.take(size)
    check, end = reader.octet(), reader.octet()
    if check != sum(body) & 0xFF or end != END:
        raise DecodeError("the check of the frame does not hold", offset=start, data=body)
    control, address, marked, source, destination = body[:_TRANSPORT_SIZE]
    return Segment(
        control=control,
        address=address,
        number=marked & _NUMBER,
        is_last=bool(marked & _LAST),
        source=source,
        destination=destination,
        payload=body[_TRANSPORT_SIZE:],
    )

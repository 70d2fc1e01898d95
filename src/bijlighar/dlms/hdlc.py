"""HDLC frames: how APDUs travel over an optical port, a serial line or a raw TCP stream.

A flag, two octets of format and length, the addresses, a control octet, a check of the
head, information, a check of all, a flag. What fails a check never was: a reader passes
over it and finds the next frame, as on a noisy line it must.

Source: IEC 62056-46 (frame format type 3, addresses, checks); ISO/IEC 13239.
"""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Iterator
from dataclasses import dataclass

from bijlighar.dlms.errors import DecodeError, EncodeError
from bijlighar.dlms.reader import Reader

FLAG = 0x7E
MAX_LENGTH = 0x7FF

SNRM = 0x83
DISC = 0x43
UA = 0x63
DM = 0x0F
FRMR = 0x87
UI = 0x03
POLL = 0x10

_FLAG = bytes((FLAG,))
_ESCAPE = 0x7D
_FLIP = 0x20
_TYPE_3 = 0xA000
_TYPE_MASK = 0xF000
_SEGMENTED = 0x0800
_CHECK_SIZE = 2
_FORMAT_END = 3
_LAST_ADDRESS_OCTET = 1
_ADDRESS_SIZES = (1, 2, 4)
_SHORT = 2
_MIRRORED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))


@dataclass(frozen=True, slots=True)
class Address:
    """A station: the upper part names the logical device (or client), the lower the meter.

    `size` is how many octets it travels in: 1 (no lower part), 2 or 4.
    """

    upper: int
    lower: int | None = None
    size: int = 1

    def to_bytes(self) -> bytes:
        """Seven bits an octet, the last one marked."""
        if self.size == 1:
            parts = [self.upper] if self.lower is None else []
        elif self.size == _SHORT:
            parts = [self.upper, self.lower or 0]
        else:
            lower = self.lower or 0
            parts = [self.upper >> 7, self.upper & 0x7F, lower >> 7, lower & 0x7F]
        if len(parts) != self.size or not all(0 <= part < 1 << 7 for part in parts):
            raise EncodeError(f"{self} is no HDLC address")
        octets = bytearray(part << 1 for part in parts)
        octets[-1] |= _LAST_ADDRESS_OCTET
        return bytes(octets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame; `is_segmented` says that more of the same APDU follows in the next."""

    destination: Address
    source: Address
    control: int
    information: bytes = b""
    is_segmented: bool = False

    def to_bytes(self, *, stuffed: bool = False) -> bytes:
        """The frame between its flags; `stuffed` hides flags in it (asynchronous lines)."""
        ends = self.destination.to_bytes() + self.source.to_bytes()
        checks = _CHECK_SIZE * (2 if self.information else 1)
        length = 2 + len(ends) + 1 + len(self.information) + checks
        if length > MAX_LENGTH:
            raise EncodeError(f"a frame of {length} octets is over {MAX_LENGTH}")
        format_ = _TYPE_3 | length | (_SEGMENTED if self.is_segmented else 0)
        body = format_.to_bytes(2, "big") + ends + bytes((self.control,))
        if self.information:
            body += _check(body) + self.information
        body += _check(body)
        return _FLAG + (_stuff(body) if stuffed else body) + _FLAG

    @classmethod
    def from_bytes(cls, data: bytes, *, stuffed: bool = False) -> Frame:
        """Read one frame with its flags, which fills all of `data`."""
        if not data[0:1] == data[1:][-1:] == _FLAG:
            raise DecodeError("a frame begins and ends with a flag", offset=0, data=data)
        return _read_body(_unstuff(data[1:-1]) if stuffed else data[1:-1])


class FrameReader:
    """Takes a line's octets in pieces of any size and gives the good frames in them.

    `stuffed` is for senders that hide flags inside frames. `discarded` counts the octets
    that belonged to no good frame; `last_error` says why the last of them did not.
    """

    def __init__(self, *, stuffed: bool = False) -> None:
        self._stuffed = stuffed
        self._pending = bytearray()
        self.discarded = 0
        self.last_error: DecodeError | None = None

    def feed(self, data: bytes) -> None:
        """Take octets as they come."""
        self._pending += data

    @property
    def is_inside_a_frame(self) -> bool:
        """Whether octets are pending that no flag has ended yet."""
        return bool(self._pending.strip(_FLAG))

    def reset(self) -> None:
        """Forget what is pending, as after a silence that ended no frame."""
        self._pending.clear()

    def frames(self) -> Iterator[Frame]:
        """All whole, undamaged frames that have come."""
        while True:
            self._drop(self._noise())
            try:
                end = self._end()
                if end is None:
                    return
                body = bytes(self._pending[1:end])
                frame = _read_body(_unstuff(body) if self._stuffed else body)
            except DecodeError as error:
                self.last_error = error
                self._drop(1)
                continue
            del self._pending[:end]  # the closing flag may open the next frame
            yield frame

    def _noise(self) -> int:
        """How many octets stand before the flag that may open a frame."""
        start = self._pending.find(_FLAG)
        if start < 0:
            return len(self._pending)
        while self._pending[start + 1 : start + 2] == _FLAG:
            start += 1
        return start

    def _end(self) -> int | None:
        """Where the closing flag stands; None while it has not come."""
        known = len(self._pending)
        if self._stuffed:
            end = self._pending.find(_FLAG, 1)
            if end < 0 and known > 2 * MAX_LENGTH:
                raise self._damaged("no flag where a frame must end")
            return end if end > 0 else None
        if known < _FORMAT_END:
            return None
        format_ = int.from_bytes(self._pending[1:_FORMAT_END], "big")
        if format_ & _TYPE_MASK != _TYPE_3:
            raise self._damaged("no frame format of type 3")
        end = 1 + (format_ & MAX_LENGTH)
        if known <= end:
            return None
        if self._pending[end] != FLAG:
            raise self._damaged("no flag where the frame ends")
        return end

    def _damaged(self, message: str) -> DecodeError:
        # Only the octets that are shown: copying all that is pending for each flag in a
        # noisy line would grow with the square of its length.
        return DecodeError(message, offset=0, data=bytes(self._pending[:_FORMAT_END]))

    def _drop(self, octets: int) -> None:
        self.discarded += octets - self._pending.count(_FLAG, 0, octets)
        del self._pending[:octets]


def information_frame(*, sent: int, received: int, poll: bool = True) -> int:
    """The control octet of an I frame: its number, and the one awaited next."""
    return received % 8 << 5 | (POLL if poll else 0) | sent % 8 << 1


def receive_ready(received: int) -> int:
    """The control octet that asks for the frame with this number."""
    return received % 8 << 5 | POLL | 1


def _read_body(body: bytes) -> Frame:
    """The frame between two flags, all checks made."""
    reader = Reader(body)
    format_ = reader.unsigned(2)
    if format_ & _TYPE_MASK != _TYPE_3:
        raise reader.error("no frame format of type 3", at=0)
    if format_ & MAX_LENGTH != len(body):
        raise reader.error(f"a frame of {format_ & MAX_LENGTH} octets expected", at=0)
    if reader.remaining < _CHECK_SIZE or body[-_CHECK_SIZE:] != _check(body[:-_CHECK_SIZE]):
        raise reader.error("the check of the frame does not hold", at=len(body))
    reader.end -= _CHECK_SIZE
    destination, source = _read_address(reader), _read_address(reader)
    control = reader.octet()
    information = b""
    if reader.remaining:
        expected = _check(body[: reader.offset])
        reader.expect(expected, "check of the head")
        information = reader.rest()
    return Frame(
        destination=destination,
        source=source,
        control=control,
        information=information,
        is_segmented=bool(format_ & _SEGMENTED),
    )


def _read_address(reader: Reader) -> Address:
    start = reader.offset
    parts: list[int] = []
    while not parts or not parts[-1] & _LAST_ADDRESS_OCTET:
        if len(parts) == max(_ADDRESS_SIZES):
            raise reader.error("an address that does not end", at=start)
        parts.append(reader.octet())
    if len(parts) not in _ADDRESS_SIZES:
        raise reader.error(f"an address of {len(parts)} octets", at=start)
    numbers = [part >> 1 for part in parts]
    if len(numbers) == 1:
        return Address(numbers[0])
    half = len(numbers) // 2
    return Address(_joined(numbers[:half]), _joined(numbers[half:]), len(numbers))


def _joined(numbers: list[int]) -> int:
    return numbers[0] if len(numbers) == 1 else numbers[0] << 7 | numbers[1]


def _check(octets: bytes) -> bytes:
    """CRC-16/X-25, low octet first: the library's CRC, bits mirrored going in and out."""
    crc = crc_hqx(octets.translate(_MIRRORED), 0xFFFF) ^ 0xFFFF
    return crc.to_bytes(_CHECK_SIZE, "big").translate(_MIRRORED)


def _stuff(body: bytes) -> bytes:
    out = bytearray()
    for octet in body:
        out += bytes((_ESCAPE, octet ^ _FLIP) if octet in (FLAG, _ESCAPE) else (octet,))
    return bytes(out)


def _unstuff(body: bytes) -> bytes:
    pieces = body.split(bytes((_ESCAPE,)))
    if any(not piece for piece in pieces[1:]):
        raise DecodeError("an escape before nothing", offset=0, data=body)
    return pieces[0] + b"".join(
        bytes((piece[0] ^ _FLIP,)) + piece[1:] for piece in pieces[1:]
    )

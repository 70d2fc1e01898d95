"""What a meter says unasked: data notifications (push) and event notifications.

Some meters send the time of a data notification as a typed octet-string where the standard
has only its length: both are read, and written back as they came. Some put attribute
descriptors without a type before the values: read as octet-strings with the name.

Source: IEC 62056-5-3, Data-Notification, Event-Notification-Request.
"""

from __future__ import annotations

from dataclasses import dataclass

from bijlighar.dlms import axdr, cosem_time
from bijlighar.dlms.apdu.descriptor import attribute_octets, read_attribute, read_counted
from bijlighar.dlms.axdr import Data, Tag
from bijlighar.dlms.cosem import Attribute
from bijlighar.dlms.errors import DecodeError, EncodeError
from bijlighar.dlms.reader import Reader, length_octets

DATA_TAG = 0x0F
EVENT_TAG = 0xC2

# A structure of an enum and an array, whose elements are structures of two.
_DESCRIBED = bytes.fromhex("0202160101")
_DESCRIBED_ELEMENT = bytes.fromhex("0202")
_TYPED_TIME = bytes((Tag.OCTET_STRING, cosem_time.SIZE))


@dataclass(frozen=True, slots=True, kw_only=True)
class DataNotification:
    """A push. `time` is a COSEM time, 12 octets, or empty.

    `invoke` has 32 bits: a number in the lower 24, flags above (bit 31 high priority).
    """

    invoke: int
    time: bytes = b""
    body: Data
    time_is_typed: bool = False

    def to_bytes(self) -> bytes:
        """The APDU."""
        if len(self.time) not in (0, cosem_time.SIZE):
            raise EncodeError("the time of a notification has 12 octets or none")
        head = bytes((DATA_TAG,)) + self.invoke.to_bytes(4, "big")
        typed = _TYPED_TIME[:1] if self.time_is_typed and self.time else b""
        time = length_octets(len(self.time)) + self.time
        return head + typed + time + axdr.encode(self.body)

    @classmethod
    def from_bytes(cls, data: bytes) -> DataNotification:
        """Read the APDU."""
        reader = Reader(data)
        reader.expect(bytes((DATA_TAG,)), "tag of a data notification")
        invoke = reader.unsigned(4)
        typed = data[reader.offset : reader.offset + 2] == _TYPED_TIME
        if typed:
            reader.take(1)
        start = reader.offset
        time = reader.sized()
        if len(time) not in (0, cosem_time.SIZE):
            raise reader.error(f"a time of {len(time)} octets", at=start)
        body = _read_body(reader)
        reader.finish()
        return cls(invoke=invoke, time=time, body=body, time_is_typed=typed)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNotification:
    """The value of an attribute, because it has changed; `time` has 12 octets if any."""

    time: bytes | None = None
    attribute: Attribute
    value: Data

    def to_bytes(self) -> bytes:
        """The APDU."""
        time = self.time
        if time is not None and len(time) != cosem_time.SIZE:
            raise EncodeError("the time of a notification has 12 octets")
        return b"".join(
            (
                bytes((EVENT_TAG,)),
                b"\x00" if time is None else b"\x01" + length_octets(len(time)) + time,
                attribute_octets(self.attribute),
                axdr.encode(self.value),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> EventNotification:
        """Read the APDU."""
        reader = Reader(data)
        reader.expect(bytes((EVENT_TAG,)), "tag of an event notification")
        time = reader.sized() if reader.flag() else None
        if time is not None and len(time) != cosem_time.SIZE:
            raise reader.error(f"a time of {len(time)} octets")
        event = cls(time=time, attribute=read_attribute(reader), value=axdr.read(reader))
        reader.finish()
        return event


def _read_body(reader: Reader) -> Data:
    """The value at the cursor, or the list of described values that some meters send."""
    start = reader.offset
    is_described = reader.data[start : start + len(_DESCRIBED)] == _DESCRIBED
    try:
        body = axdr.read(reader)
    except DecodeError:
        if not is_described:
            raise
    else:
        if not (is_described and reader.remaining):
            return body
    reader.offset = start + len(_DESCRIBED)
    return axdr.array(read_counted(reader, _read_described))


def _read_described(reader: Reader) -> Data:
    reader.expect(_DESCRIBED_ELEMENT, "structure of two")
    name = axdr.octet_string(read_attribute(reader).obis.to_bytes())
    return axdr.structure((name, axdr.read(reader)))

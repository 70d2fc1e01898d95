"""Messages of a vendor's head-end: shaped as IEC 61968-9 and 61968-100, in JSON.

Names are the standard's own. What is inside a reading is text and is judged reading by
reading, so that one wrong reading never refuses a message.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from bijlighar.vendors.values import Refused
from bijlighar.web.api.words import PRINTED

MOST_METERS = 2_000
MOST_READINGS = 20_000
MOST_EVENTS = 500
MOST_CONTROLS = 100

_Short = Annotated[str, Field(max_length=80, pattern=PRINTED)]
_Reason = Annotated[str, Field(max_length=500, pattern=PRINTED)]
MessageKey = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,128}$")]


class _Sent(Schema):
    """What is sent holds the fields that are named here and no others."""

    model_config = ConfigDict(extra="forbid")


class MessageHeader(_Sent):
    """The envelope. Source: IEC 61968-100."""

    Verb: Literal["create", "created"]
    Noun: Literal["MeterReadings", "EndDeviceEvents"]
    Revision: Annotated[str, Field(max_length=20, pattern=PRINTED)] = ""
    Timestamp: _Short = ""
    Source: _Short = ""
    MessageID: MessageKey = Field(description="The vendor's own: taken once, for ever.")


class Name(_Sent):
    """How a meter is called: its serial number."""

    name: _Short


class OneMeter(_Sent):
    """The meter by its serial number."""

    Names: list[Name] = Field(min_length=1, max_length=1)


class Ref(_Sent):
    """A code of the standard, with dots."""

    ref: _Short


class Reading(_Sent):
    """A register: taken as of 00:00 of India's day."""

    timeStamp: _Short = Field(description="2026-04-02T00:00:00+05:30, with an offset.")
    value: _Short = Field(description="A number as text, in the reading type's unit.")
    ReadingType: Ref
    ReadingQualities: list[Ref] = Field(default=[], max_length=10)


class IntervalReading(_Sent):
    """One half-hour, stamped at its end."""

    timeStamp: _Short
    value: _Short
    ReadingQualities: list[Ref] = Field(default=[], max_length=10)


class IntervalBlock(_Sent):
    """Half-hours of one reading type."""

    ReadingType: Ref
    IntervalReadings: list[IntervalReading] = Field(min_length=1, max_length=4_800)


class OneMeterReading(_Sent):
    """What one meter showed."""

    Meter: OneMeter
    Readings: list[Reading] = Field(default=[], max_length=400)
    IntervalBlocks: list[IntervalBlock] = Field(default=[], max_length=100)


class ManyMeterReadings(_Sent):
    """The readings of many meters."""

    MeterReading: list[OneMeterReading] = Field(min_length=1, max_length=MOST_METERS)


class ReadingsPayload(_Sent):
    """What a message of readings carries."""

    MeterReadings: ManyMeterReadings


class MeterReadingsMessage(_Sent):
    """Readings of many meters, at most 20,000; send more in several messages."""

    Header: MessageHeader
    Payload: ReadingsPayload


class Control(_Sent):
    """The command that an event is about."""

    mRID: _Short


class OneEvent(_Sent):
    """What came of a command, or any other event of a meter, which names no command."""

    mRID: MessageKey = Field(description="The vendor's own number of this event.")
    createdDateTime: _Short = Field(
        description="When it was; of a relay, when it was read back."
    )
    EndDeviceEventType: Ref
    Meter: OneMeter
    EndDeviceControl: Control | None = Field(
        default=None, description="The command it is about; left out for any other event."
    )
    reason: _Reason = ""


class ManyEvents(_Sent):
    """Many events."""

    EndDeviceEvent: list[OneEvent] = Field(min_length=1, max_length=MOST_EVENTS)


class EventsPayload(_Sent):
    """What a message of events carries."""

    EndDeviceEvents: ManyEvents


class EndDeviceEventsMessage(_Sent):
    """What came of commands, and other events of meters."""

    Header: MessageHeader
    Payload: EventsPayload


class TakeControls(_Sent):
    """Which commands a vendor takes to carry out."""

    mRIDs: list[Annotated[str, Field(pattern="^[1-9][0-9]{0,17}$")]] = Field(
        min_length=1, max_length=MOST_CONTROLS
    )


class OneError(Schema):
    """One reading or event that is not taken."""

    code: Refused
    reason: str
    level: Literal["ERROR"] = "ERROR"
    place: str = Field(description="Where in the message, counted from 0.")
    meter: str


class WhatCame(Schema):
    """What came of a message."""

    Result: Literal["OK", "PARTIAL", "FAILED"]
    taken: int = Field(description="New, and kept.")
    known: int = Field(description="Held before: nothing was done again.")
    refused: int
    Error: list[OneError]


class ReplyHeader(Schema):
    """The envelope of a reply."""

    Verb: Literal["reply"] = "reply"
    Noun: str
    Timestamp: datetime
    CorrelationID: str = Field(description="The MessageID that this answers.")


class ReplyMessage(Schema):
    """The answer to a message."""

    Header: ReplyHeader
    Reply: WhatCame


class OneControl(Schema):
    """A relay command that waits for the vendor's head-end."""

    mRID: str
    EndDeviceControlType: Ref
    Meter: OneMeter
    createdDateTime: datetime


class EndDeviceControls(Schema):
    """What may be taken now, reconnections first."""

    EndDeviceControl: list[OneControl]


class HandedControl(OneControl):
    """A command to carry out now."""

    heldUntil: datetime = Field(
        description="Yours alone until then: afterwards it is tried anew."
    )
    notAfter: datetime | None = Field(
        description="Do not open the relay after this; null for a reconnection."
    )


class HandedControls(Schema):
    """What was handed out; what is missing was overtaken or is held by somebody."""

    EndDeviceControl: list[HandedControl]

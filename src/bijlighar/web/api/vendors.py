"""A vendor's head-end: delivers readings, takes relay commands, tells what came of them.

For machine clients of a vendor only (`bijlighar vendor add`): the right reaches no further
than the client's areas, and there no further than the meters behind that vendor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.flow import hand_to_vendor as handing
from bijlighar.flow.hear_vendor import hear_vendor
from bijlighar.headend.values import Command, RelayWanted
from bijlighar.people import service as people
from bijlighar.people.values import ActorKind, Change, Right
from bijlighar.vendors import service as vendors
from bijlighar.vendors.values import Offered, Taken, Told, Vendor
from bijlighar.web.access import DeskRequest
from bijlighar.web.api import vendor_schemas as schemas
from bijlighar.web.api.errors import ApiError
from bijlighar.web.api.operation import reads, writes

TAG = "vendors"


@writes(
    "/vendor/meter-readings",
    right=Right.DELIVER_READINGS,
    people_only=False,
    answer=schemas.ReplyMessage,
    tag=TAG,
)
def deliver_readings(
    request: DeskRequest, message: schemas.MeterReadingsMessage
) -> schemas.ReplyMessage:
    """Deliver readings of meters behind your head-end; each is taken or told why not."""
    vendor = _vendor(request)
    offered = list(_offered(message.Payload.MeterReadings.MeterReading))
    if len(offered) > schemas.MOST_READINGS:
        raise ApiError(
            422,
            "too_many_readings",
            f"Send at most {schemas.MOST_READINGS} readings a message.",
            field="Payload",
        )
    kept = _kept(request, vendor, message.Header)
    if kept is not None:
        return kept
    now = clock.now()
    taken = hear_vendor(
        offered=offered, vendor_id=vendor.vendor_id, scope=request.reach, now=now
    )
    return _answered(request, vendor, message.Header, taken, now)


@reads(
    "/vendor/end-device-controls",
    right=Right.CARRY_OUT_COMMANDS,
    answer=schemas.EndDeviceControls,
    tag=TAG,
)
def end_device_controls(request: DeskRequest) -> schemas.EndDeviceControls:
    """Relay commands of your meters that may be taken now; ask as often as you like."""
    vendor = _vendor(request)
    waiting = handing.waiting_for_vendor(
        vendor_id=vendor.vendor_id, scope=request.reach, now=clock.now()
    )
    serials = _serials(waiting)
    return schemas.EndDeviceControls(
        EndDeviceControl=[
            schemas.OneControl(**_control(one, serials[one.meter_id])) for one in waiting
        ]
    )


@writes(
    "/vendor/end-device-controls/take",
    right=Right.CARRY_OUT_COMMANDS,
    people_only=False,
    answer=schemas.HandedControls,
    tag=TAG,
)
def take_end_device_controls(
    request: DeskRequest, wanted: schemas.TakeControls
) -> schemas.HandedControls:
    """Take commands to carry out: they are yours alone for two minutes."""
    vendor = _vendor(request)
    now = clock.now()
    handed = handing.hand_to_vendor(
        vendor_id=vendor.vendor_id,
        command_ids=[int(one) for one in wanted.mRIDs],
        scope=request.reach,
        now=now,
    )
    serials = _serials([one.command for one in handed])
    _told(
        request,
        vendor,
        "vendors.commands.handed",
        {"commands": [one.command.command_id for one in handed]},
        now,
    )
    return schemas.HandedControls(
        EndDeviceControl=[
            schemas.HandedControl(
                **_control(one.command, serials[one.command.meter_id]),
                heldUntil=one.held_until,
                notAfter=one.command.open_before,
            )
            for one in handed
        ]
    )


@writes(
    "/vendor/end-device-events",
    right=Right.CARRY_OUT_COMMANDS,
    people_only=False,
    answer=schemas.ReplyMessage,
    tag=TAG,
)
def deliver_events(
    request: DeskRequest, message: schemas.EndDeviceEventsMessage
) -> schemas.ReplyMessage:
    """Tell what came of commands (the relay as read back, or failed), and other events."""
    vendor = _vendor(request)
    kept = _kept(request, vendor, message.Header)
    if kept is not None:
        return kept
    now = clock.now()
    taken = handing.hear_relays(
        told=[
            Told(
                place=f"EndDeviceEvent.{number}",
                event_key=one.mRID,
                command_key=one.EndDeviceControl.mRID if one.EndDeviceControl else "",
                meter_serial=one.Meter.Names[0].name,
                event_type=one.EndDeviceEventType.ref,
                stamped=one.createdDateTime,
                reason=one.reason,
            )
            for number, one in enumerate(message.Payload.EndDeviceEvents.EndDeviceEvent)
        ],
        vendor_id=vendor.vendor_id,
        scope=request.reach,
        now=now,
    )
    return _answered(request, vendor, message.Header, taken, now)


def _vendor(request: DeskRequest) -> Vendor:
    """The vendor that asks. Raises PermissionDenied for everybody else."""
    viewer = request.viewer
    if viewer.kind is not ActorKind.CLIENT:
        raise PermissionDenied
    found = vendors.vendor_of_client(client_number=viewer.actor_id)
    if found is None:
        raise PermissionDenied
    return found


def _offered(sent: Sequence[schemas.OneMeterReading]) -> Iterator[Offered]:
    for number, meter in enumerate(sent):
        serial, place = meter.Meter.Names[0].name, f"MeterReading.{number}"
        for index, reading in enumerate(meter.Readings):
            yield Offered(
                place=f"{place}.Readings.{index}",
                meter_serial=serial,
                reading_type=reading.ReadingType.ref,
                stamped=reading.timeStamp,
                value=reading.value,
                qualities=tuple(one.ref for one in reading.ReadingQualities),
            )
        for block_number, block in enumerate(meter.IntervalBlocks):
            for index, one in enumerate(block.IntervalReadings):
                yield Offered(
                    place=(
                        f"{place}.IntervalBlocks.{block_number}.IntervalReadings.{index}"
                    ),
                    meter_serial=serial,
                    reading_type=block.ReadingType.ref,
                    stamped=one.timeStamp,
                    value=one.value,
                    qualities=tuple(quality.ref for quality in one.ReadingQualities),
                )


def _kept(
    request: DeskRequest, vendor: Vendor, header: schemas.MessageHeader
) -> schemas.ReplyMessage | None:
    """The answer to a message that came before. Raises MessageReused."""
    with people.as_the_system():
        vendors.hold_message(vendor_id=vendor.vendor_id, message_key=header.MessageID)
        kept = vendors.kept_reply(
            vendor_id=vendor.vendor_id,
            message_key=header.MessageID,
            content_hash=_hash(request),
        )
    if kept is None:
        return None
    _told(request, vendor, "vendors.message.repeated", {"message": header.MessageID}, None)
    return schemas.ReplyMessage.model_validate_json(kept)


def _answered(
    request: DeskRequest,
    vendor: Vendor,
    header: schemas.MessageHeader,
    taken: Taken,
    now: datetime,
) -> schemas.ReplyMessage:
    """Put an answer together, keep it for ever, and note it in the audit trail."""
    is_partial = bool(taken.taken or taken.known)
    reply = schemas.ReplyMessage(
        Header=schemas.ReplyHeader(
            Noun=header.Noun, Timestamp=now, CorrelationID=header.MessageID
        ),
        Reply=schemas.WhatCame(
            Result=("OK" if not taken.refusals else "PARTIAL" if is_partial else "FAILED"),
            taken=taken.taken,
            known=taken.known,
            refused=len(taken.refusals),
            Error=[
                schemas.OneError(
                    code=one.code,
                    reason=one.reason,
                    place=one.place,
                    meter=one.meter_serial,
                )
                for one in taken.refusals
            ],
        ),
    )
    with people.as_the_system():
        vendors.keep_reply(
            vendor_id=vendor.vendor_id,
            message_key=header.MessageID,
            content_hash=_hash(request),
            reply=reply.model_dump_json(),
            now=now,
        )
    _told(
        request,
        vendor,
        "vendors.message.taken",
        {
            "message": header.MessageID,
            "noun": header.Noun,
            "taken": taken.taken,
            "known": taken.known,
            "refused": len(taken.refusals),
        },
        now,
    )
    return reply


def _told(
    request: DeskRequest,
    vendor: Vendor,
    action: str,
    after: dict[str, object],
    now: datetime | None,
) -> None:
    """Add what a vendor did to the audit trail, under the first of its areas."""
    people.record(
        change=Change(
            action=action,
            object_kind="vendor",
            object_id=str(vendor.vendor_id),
            place_id=min(request.reach.area_ids),
            after=after,
        ),
        by=request.viewer,
        now=now or clock.now(),
    )


def _serials(commands: Sequence[Command]) -> dict[int, str]:
    """Serials of the commands' meters, by id."""
    found = connections.meter_addresses(meter_ids=[one.meter_id for one in commands])
    return {one.meter_id: one.serial for one in found}


def _control(one: Command, serial: str) -> dict[str, Any]:
    is_opening = one.wanted is RelayWanted.OPEN
    return {
        "mRID": str(one.command_id),
        "EndDeviceControlType": {
            "ref": vendors.DISCONNECT if is_opening else vendors.CONNECT
        },
        "Meter": {"Names": [{"name": serial}]},
        "createdDateTime": one.requested_at,
    }


def _hash(request: HttpRequest) -> bytes:
    return sha256(request.body).digest()

"""Complaints: other doors (an IVR behind 1912, a WhatsApp bot) open them, and ask on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Path, Schema
from pydantic import ConfigDict, Field

from bijlighar.clock import clock
from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import Channel, ComplaintClass, State
from bijlighar.complaints.values import Complaint as Held
from bijlighar.connections import service as connections
from bijlighar.flow import complaints as flow
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest
from bijlighar.web.api.connections import one
from bijlighar.web.api.operation import KEY_HEADER, reads, writes
from bijlighar.web.api.words import PRINTED

Door = Literal["1912", "whatsapp", "counter", "field"]


class NewComplaint(Schema):
    """What somebody complains of."""

    model_config = ConfigDict(extra="forbid")

    consumer_number: str = Field(pattern="^[0-9A-Z]{6,16}$")
    kind: ComplaintClass
    channel: Door
    words: str = Field(default="", max_length=2_000, pattern=PRINTED)


class Complaint(Schema):
    """A complaint and its clock; never the words of it."""

    number: str
    kind: ComplaintClass
    state: State
    is_urgent: bool
    opened_at: datetime
    due_at: datetime = Field(description="When the legal clock runs out.")
    is_overdue: bool
    closed_at: datetime | None


ComplaintNumber = Annotated[str, Path(pattern="^[0-9]{10,16}$")]


@writes(
    "/complaints",
    right=Right.HANDLE_COMPLAINTS,
    people_only=False,
    answer=Complaint,
    tag="complaints",
    status=201,
)
def open_complaint(request: DeskRequest, wanted: NewComplaint) -> Complaint:
    """Open a complaint for a consumer; the consumer is told by SMS."""
    known = one(request, wanted.consumer_number)
    opened = flow.open_for_caller(
        home=connections.home_of(consumer_number=known.consumer_number),
        class_=wanted.kind,
        channel=Channel(wanted.channel),
        key=f"api:{request.viewer.actor_id}:{request.headers[KEY_HEADER]}",
        words=wanted.words,
        by=request.viewer,
        now=clock.now(),
    )
    return _complaint(opened.complaint)


@reads(
    "/complaints/{complaint_number}",
    right=Right.HANDLE_COMPLAINTS,
    answer=Complaint,
    tag="complaints",
)
def complaint(request: DeskRequest, complaint_number: ComplaintNumber) -> Complaint:
    """How far a complaint is; the vigilance desk's are not told."""
    held = complaints.one_in(number=complaint_number, scope=request.reach, now=clock.now())
    if held.is_vigilance:
        raise complaints.UnknownComplaint(f"There is no complaint {complaint_number}.")
    return _complaint(held)


def _complaint(held: Held) -> Complaint:
    return Complaint(
        number=held.number,
        kind=held.class_,
        state=held.state,
        is_urgent=held.is_urgent,
        opened_at=held.opened_at,
        due_at=held.due_at,
        is_overdue=held.is_overdue,
        closed_at=held.closed_at,
    )

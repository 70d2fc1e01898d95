"""A complaint is opened, moves, and is settled: each time the consumer is told.

Every door leads here. Enough complaints of one outage enter it as an outage, so that those
who have not complained yet are told as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction

from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import (
    Channel,
    Complaint,
    ComplaintClass,
    DarkCause,
    Incident,
    Moved,
    NewComplaint,
    Opened,
)
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.flow import later
from bijlighar.flow.announce_outage import end_outage, enter_outage
from bijlighar.flow.diagnose_dark import diagnose_dark
from bijlighar.flow.review_supply import notice_to, tell
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import in_ist, supply_day_of
from bijlighar.notices import service as notices
from bijlighar.notices.values import NewNotice, NoticeKind
from bijlighar.outages import service as outages
from bijlighar.outages.values import NewOutage, OutageKind
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Viewer

log = structlog.get_logger()

REPORTED = "Several homes report that supply is away"


def open_complaint(
    *,
    home: Home,
    class_: ComplaintClass,
    channel: Channel,
    key: str,
    words: str = "",
    cause: DarkCause | None = None,
    by: Viewer,
    now: datetime,
) -> Opened:
    """Open a complaint, once a key, and tell the consumer its number and its clock.

    The caller has looked whether this person may complain for this home. Raises as
    complaints.open_.
    """
    new = NewComplaint(
        key=key,
        connection_id=home.connection_id,
        transformer_id=home.transformer_id,
        class_=class_,
        channel=channel,
        words=words,
        known_numbers=(home.consumer_number,),
        cause=cause,
    )
    with transaction.atomic():
        opened = complaints.open_(new=new, by=by, now=now)
        if opened.is_new:
            with people.as_the_system():
                tell(new=[_taken(home, opened.complaint)], now=now)
                if opened.new_incident is not None:
                    _enter(opened.new_incident, home, now)
    log.info(
        "complaints.complaint.opened",
        complaint=opened.complaint.number,
        class_name=class_.value,
        channel=channel.value,
        is_new=opened.is_new,
    )
    return opened


def open_for_caller(
    *,
    home: Home,
    class_: ComplaintClass,
    channel: Channel,
    key: str,
    words: str,
    by: Viewer,
    now: datetime,
) -> Opened:
    """Open a complaint for somebody on the telephone, WhatsApp or at the counter.

    Darkness after a recharge is looked into first, and mended by the worker: whoever acts
    for a caller may be in a transaction, in which no gateway is asked.
    """
    is_dark = class_ is ComplaintClass.DARK_AFTER_RECHARGE
    cause = None
    if is_dark:
        with people.as_the_system():
            cause = diagnose_dark(connection_id=home.connection_id, now=now).cause
    with transaction.atomic():
        opened = open_complaint(
            home=home,
            class_=class_,
            channel=channel,
            key=key,
            words=words,
            cause=cause,
            by=by,
            now=now,
        )
        if is_dark and opened.is_new:
            with people.as_the_system():
                later.mend_dark(connection_id=home.connection_id)
    return opened


def open_without_connection(
    *,
    node_id: int,
    class_: ComplaintClass,
    channel: Channel,
    key: str,
    words: str,
    whereabouts: str,
    caller_mobile: str,
    by: Viewer,
    now: datetime,
) -> Opened:
    """Open a complaint about a pole, a wire or anything else that is no connection's.

    `node_id` is the office, feeder or transformer that looks after the place;
    `caller_mobile` (E.164, or empty) is who can be asked where it is. Nobody is told by
    SMS: the registered texts name a connection, and the clerk says the number. The caller
    of this has looked that the node lies in their area. Raises as complaints.open_.
    """
    new = NewComplaint(
        key=key,
        connection_id=None,
        transformer_id=node_id,
        class_=class_,
        channel=channel,
        words=words,
        whereabouts=whereabouts,
        caller_mobile=caller_mobile,
    )
    with transaction.atomic():
        opened = complaints.open_(new=new, by=by, now=now)
    log.info(
        "complaints.complaint.opened",
        complaint=opened.complaint.number,
        class_name=class_.value,
        channel=channel.value,
        is_new=opened.is_new,
    )
    return opened


def close_complaint(
    *, number: str, what_was_done: str, by: Viewer, now: datetime
) -> Complaint:
    """Settle a complaint and tell the consumer. Raises as complaints.close."""
    with transaction.atomic():
        closed = complaints.close(
            number=number, what_was_done=what_was_done, by=by, now=now
        )
        _tell_settled([closed], now)
    return closed


def escalate_complaint(*, number: str, why: str, by: Viewer, now: datetime) -> Complaint:
    """Hand a complaint up before its clock does, and tell who has it now."""
    with transaction.atomic():
        held = complaints.escalate(number=number, why=why, by=by, now=now)
        with people.as_the_system():
            moved = Moved(complaint=held, has_risen=True, owed_paise=0)
            tell(new=_moved(moved), now=now)
    return held


def reopen_complaint(*, number: str, words: str, by: Viewer, now: datetime) -> Complaint:
    """Open a complaint again and tell its new clock. Raises as complaints.reopen."""
    with transaction.atomic():
        held = complaints.reopen(number=number, words=words, by=by, now=now)
        with people.as_the_system():
            tell(new=[_taken(home, held) for home in _homes(held)], now=now)
    return held


def close_incident(
    *, incident_id: int, what_was_done: str, by: Viewer, now: datetime
) -> tuple[Complaint, ...]:
    """Supply is back: all complaints of an incident are settled, and its outage is over."""
    with transaction.atomic():
        incident = complaints.incident(incident_id=incident_id)
        closed = complaints.close_incident(
            incident_id=incident_id, what_was_done=what_was_done, by=by, now=now
        )
        _tell_settled(closed, now)
        with people.as_the_system():
            _end(incident, closed, what_was_done, now)
    return closed


def let_clocks_run(*, now: datetime) -> int:
    """Let the clock act on every open complaint and tell whom it concerns; how many."""
    ids, moved = complaints.running(now=now), 0
    for first in range(0, len(ids), complaints.MOST_AT_ONCE):
        with transaction.atomic(durable=True):
            part = complaints.let_clock_act(
                complaint_ids=ids[first : first + complaints.MOST_AT_ONCE], now=now
            )
            tell(new=[one for held in part for one in _moved(held)], now=now)
        moved += len(part)
    return moved


def _enter(incident: Incident, home: Home, now: datetime) -> None:
    """Enter the outage that an incident is, where none is known that covers it."""
    known = outages.open_outage(at=now, transformer_id=home.transformer_id)
    is_narrower = incident.is_whole_feeder and known is not None
    if known is not None and not (is_narrower and known.node_id == home.transformer_id):
        return
    enter_outage(
        new=NewOutage(
            kind=OutageKind.UNPLANNED,
            node_id=incident.node_id,
            starts_at=now,
            until=None,
            reason=REPORTED,
        ),
        by=SYSTEM,
        now=now,
    )


def _end(incident: Incident, closed: Sequence[Complaint], why: str, now: datetime) -> None:
    """The outage that the incident was entered as is over."""
    for transformer_id in {one.transformer_id for one in closed}:
        held = outages.open_outage(at=now, transformer_id=transformer_id)
        is_this = held is not None and held.node_id == incident.node_id
        if is_this and held is not None and held.kind is OutageKind.UNPLANNED:
            end_outage(outage_id=held.outage_id, why=why, by=SYSTEM, now=now)
            return


def _tell_settled(closed: Sequence[Complaint], now: datetime) -> None:
    with people.as_the_system():
        tell(
            new=[
                _notice(
                    home, one, NoticeKind.COMPLAINT_SETTLED, f"settled:{one.reopenings}"
                )
                for one in closed
                for home in _homes(one)
            ],
            now=now,
        )


def _moved(held: Moved) -> list[NewNotice]:
    """What the clock did, as its consumer is told: who has it now.

    What is owed is told when it is paid (flow.pay_compensation).
    """
    if not held.has_risen:
        return []
    one = held.complaint
    kind = NoticeKind.COMPLAINT_OVERDUE if one.is_overdue else NoticeKind.COMPLAINT_MOVED
    what = f"level:{one.reopenings}:{one.level}"
    return [
        _notice(home, one, kind, what, office=_office(home, one)) for home in _homes(one)
    ]


def _taken(home: Home, one: Complaint) -> NewNotice:
    return _notice(
        home,
        one,
        NoticeKind.COMPLAINT_TAKEN,
        f"taken:{one.reopenings}",
        until=f"{in_ist(one.due_at):%d-%m-%Y, %H:%M}",
    )


def _notice(
    home: Home, one: Complaint, kind: NoticeKind, what: str, **said: str
) -> NewNotice:
    return notice_to(
        home=home,
        kind=kind,
        source=f"complaint:{one.number}:{what}",
        parameters={
            "consumer_number": home.consumer_number,
            "complaint_number": one.number,
            **said,
        },
    )


def _office(home: Home, one: Complaint) -> str:
    node = grid.node_on(node_id=one.level_area_id, day=supply_day_of(one.opened_at))
    return notices.shorten(node.name_hi if home.language == "hi" else node.name_en)


def _homes(one: Complaint) -> tuple[Home, ...]:
    """The connection that a complaint is about; none where it is about none."""
    if one.connection_id is None:
        return ()
    return connections.homes(connection_ids=[one.connection_id])

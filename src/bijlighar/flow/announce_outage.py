"""An outage is entered, moved or over: every home below it is told, and no other.

Each version of an outage is told once to each home. A version that is not the latest any
more is not told: what has been overtaken only confuses. Homes come in parts, each in a
transaction of its own; a worker that dies goes on where it stood, since a notice's source
names outage, version and home.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog
from django.db import transaction

from bijlighar.flow import later
from bijlighar.flow.review_supply import tell
from bijlighar.grid import service as grid
from bijlighar.grid.values import Node
from bijlighar.kernel.ist import in_ist, supply_day_of
from bijlighar.notices import service as notices
from bijlighar.notices.values import NewNotice, NoticeKind
from bijlighar.outages import service as outages
from bijlighar.outages.values import Contact, NewOutage, Outage, OutageKind, OutageState
from bijlighar.people import service as people
from bijlighar.people.values import Viewer

log = structlog.get_logger()

HOMES_AT_ONCE = 500


def enter_outage(*, new: NewOutage, by: Viewer, now: datetime) -> Outage:
    """Keep an outage and let everybody below it be told. Raises as outages.enter."""
    if not notices.may_be_told(words=new.reason):
        raise outages.WrongOutage(
            "The reason must hold no address and no number to call.", field="reason"
        )
    with transaction.atomic():
        return _announced(outages.enter(new=new, by=by, now=now))


def change_outage(
    *,
    outage_id: int,
    starts_at: datetime,
    until: datetime | None,
    why: str,
    by: Viewer,
    now: datetime,
) -> Outage:
    """Move an outage and let everybody be told. Raises as outages.change_hours."""
    with transaction.atomic():
        return _announced(
            outages.change_hours(
                outage_id=outage_id,
                starts_at=starts_at,
                until=until,
                why=why,
                by=by,
                now=now,
            )
        )


def cancel_outage(*, outage_id: int, why: str, by: Viewer, now: datetime) -> Outage:
    """An outage will not happen: everybody is told. Raises as outages.cancel."""
    with transaction.atomic():
        return _announced(outages.cancel(outage_id=outage_id, why=why, by=by, now=now))


def end_outage(*, outage_id: int, why: str, by: Viewer, now: datetime) -> Outage:
    """Supply is back: everybody is told. Raises as outages.end."""
    with transaction.atomic():
        return _announced(outages.end(outage_id=outage_id, why=why, by=by, now=now))


def announce_outage(*, outage_id: int, version: int, now: datetime) -> int:
    """Tell every home below of this version of an outage; how many were told anew."""
    outage = outages.outage(outage_id=outage_id)
    if outage.version != version:
        log.info("outages.outage.overtaken", outage_id=outage_id, version=version)
        return 0
    kind = _kind(outage)
    node = grid.node_on(node_id=outage.node_id, day=supply_day_of(outage.starts_at))
    told, after = 0, 0
    while contacts := outages.contacts(
        outage=outage, after_connection_id=after, limit=HOMES_AT_ONCE
    ):
        wished = notices.languages(connection_ids=[one.connection_id for one in contacts])
        new = [
            _notice(outage, kind, node, one, wished.get(one.connection_id, one.language))
            for one in contacts
        ]
        with transaction.atomic(durable=True):
            tell(new=new, now=now)
        told += len(contacts)
        after = contacts[-1].connection_id
    log.info("outages.outage.announced", outage_id=outage_id, kind=kind.value, homes=told)
    return told


def _announced(outage: Outage) -> Outage:
    # The desk's database role keeps an outage; the queue of jobs is the system's.
    with people.as_the_system():
        later.announce_outage(outage_id=outage.outage_id, version=outage.version)
    return outage


def _kind(outage: Outage) -> NoticeKind:
    if outage.state is OutageState.CANCELLED:
        return NoticeKind.OUTAGE_CANCELLED
    if outage.state is OutageState.OVER:
        return NoticeKind.OUTAGE_OVER
    if outage.kind is OutageKind.UNPLANNED:
        is_known = outage.until is not None
        return NoticeKind.UNPLANNED_OUTAGE if is_known else NoticeKind.UNPLANNED_OUTAGE_OPEN
    return NoticeKind.PLANNED_OUTAGE if outage.version == 1 else NoticeKind.OUTAGE_CHANGED


def _notice(
    outage: Outage, kind: NoticeKind, node: Node, one: Contact, language: str
) -> NewNotice:
    return NewNotice(
        kind=kind,
        source=f"outage:{outage.outage_id}:{outage.version}:{one.connection_id}",
        connection_id=one.connection_id,
        consumer_number=one.consumer_number,
        mobile=one.mobile,
        language=language,
        parameters=_parameters(outage, kind, node, one, language),
        expires_at=outage.until if outage.state is OutageState.STANDS else None,
    )


def _parameters(
    outage: Outage, kind: NoticeKind, node: Node, one: Contact, language: str
) -> Mapping[str, str]:
    name = node.name_hi if language == "hi" else node.name_en
    said = {
        "consumer_number": one.consumer_number,
        "area": notices.shorten(name),
        "starts": _moment(outage.starts_at),
    }
    if kind is NoticeKind.OUTAGE_OVER:
        del said["starts"]
    if kind is NoticeKind.PLANNED_OUTAGE:
        said["reason"] = notices.shorten(outage.reason)
    if outage.until is not None and kind in (
        NoticeKind.PLANNED_OUTAGE,
        NoticeKind.OUTAGE_CHANGED,
        NoticeKind.UNPLANNED_OUTAGE,
    ):
        said["until"] = _moment(outage.until)
    return said


def _moment(at: datetime) -> str:
    return f"{in_ist(at):%d-%m-%Y, %H:%M}"

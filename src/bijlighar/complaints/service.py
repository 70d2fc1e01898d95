"""Complaints: the verbs and questions others may use.

All doors lead to `open_`: the consumer's page, the number 1912, WhatsApp, a counter, a
representative at the door. Telling the consumer is the flow's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from bijlighar.complaints import (
    _change,
    _clock,
    _incidents,
    _open,
    _owed,
    _read,
    diagnosis,
    rules,
)
from bijlighar.complaints._change import TooLate as TooLate
from bijlighar.complaints._change import TooManyFiles as TooManyFiles
from bijlighar.complaints._change import WrongRating as WrongRating
from bijlighar.complaints._media import WrongFile as WrongFile
from bijlighar.complaints._open import WrongKey as WrongKey
from bijlighar.complaints._read import UnknownComplaint as UnknownComplaint
from bijlighar.complaints._steps import IdentityTyped as IdentityTyped
from bijlighar.complaints._steps import NoWords as NoWords
from bijlighar.complaints._steps import words_of
from bijlighar.complaints.models import CallNote as CallNoteRow
from bijlighar.complaints.models import Compensation as CompensationRow
from bijlighar.complaints.models import Complaint as Row
from bijlighar.complaints.models import Incident as IncidentRow
from bijlighar.complaints.models import Media as MediaRow
from bijlighar.complaints.models import Step as StepRow
from bijlighar.complaints.policy import Clock, policy_named
from bijlighar.complaints.rules import WrongPlace as WrongPlace
from bijlighar.complaints.rules import place_of as place_of
from bijlighar.complaints.states import NotNow as NotNow
from bijlighar.complaints.values import (
    Asked,
    CallNote,
    Compensation,
    Complaint,
    ComplaintClass,
    DarkEvidence,
    Diagnosis,
    Incident,
    Listed,
    Media,
    MediaKind,
    Moved,
    NewComplaint,
    Opened,
    Place,
    Step,
    StepKind,
)
from bijlighar.people import service as people
from bijlighar.people.values import Change, Scope, Viewer

MOST_AT_ONCE = _clock.MOST_AT_ONCE
MOST_SHOWN = 100
ORDERS = {
    "due_at": "complaint.due_at",
    "opened_at": "complaint.opened_at",
    "number": "complaint.id",
    "class": "complaint.class_name",
    "level": "complaint.level",
    "assignee": "complaint.assignee_name",
}
"""What the list may be sorted by."""


# Verbs


def open_(*, new: NewComplaint, by: Viewer, now: datetime) -> Opened:
    """Open a complaint, once a key, whoever sends it how often.

    Its clock begins now, by the policy in force. A complaint of darkness joins the incident
    it belongs to, or makes one where enough homes report the same. The caller has looked
    whether this person may complain for this connection. Raises NoWords, IdentityTyped,
    WrongKey.
    """
    policy = policy_named(settings.BIJLIGHAR["complaints_policy"])
    return _open.open_(new=new, policy=policy, by=by, now=now)


def add(
    *,
    number: str,
    words: str = "",
    files: Sequence[bytes] = (),
    place: Place | None = None,
    known_numbers: Sequence[str] = (),
    by: Viewer,
    now: datetime,
) -> Complaint:
    """Add words, photos, voice notes or the place to an open complaint, all or nothing.

    What a file is, is read in it; a photo is drawn anew, so that nothing hidden is kept.
    Raises UnknownComplaint, NotNow, NoWords, IdentityTyped, WrongFile, TooManyFiles.
    """
    return _change.add(
        number=number,
        words=words,
        files=tuple(files),
        place=place,
        known_numbers=tuple(known_numbers),
        by=by,
        now=now,
    )


assign = _change.assign
escalate = _change.escalate
stop = _change.stop
resume = _change.resume
close = _change.close
reopen = _change.reopen
rate = _change.rate


def note_call(
    *,
    connection_id: int,
    transformer_id: int,
    text: str,
    number: str = "",
    by: Viewer,
    now: datetime,
) -> CallNote:
    """Keep what was said in a call, about a connection or one of its complaints.

    Raises UnknownComplaint, NoWords, IdentityTyped.
    """
    told = words_of(text)
    with transaction.atomic():
        about = _read.row_of(number) if number else None
        if about is not None and about.connection_id != connection_id:
            raise UnknownComplaint("This complaint is another connection's.")
        row = CallNoteRow.objects.create(
            connection_id=connection_id,
            complaint=about,
            at=now,
            by_id=by.actor_id,
            by_name=by.name,
            text=told,
        )
        people.record(
            change=Change(
                action="complaints.call_noted",
                object_kind="connection",
                object_id=str(connection_id),
                place_id=transformer_id,
                after={"note": row.pk, "complaint": number},
            ),
            by=by,
            now=now,
        )
    return _note(row)


def close_incident(
    *, incident_id: int, what_was_done: str, by: Viewer, now: datetime
) -> tuple[Complaint, ...]:
    """The outage is over: all complaints of the incident are closed with these words."""
    with transaction.atomic():
        held = IncidentRow.objects.select_for_update().filter(pk=incident_id).first()
        if held is None:
            raise UnknownComplaint("There is no such incident in your area.")
        found = Row.objects.filter(incident=held).exclude(state="closed").order_by("pk")
        closed = tuple(
            _change.close(
                number=_read.number_of(complaint_id=row.pk, opened_at=row.opened_at),
                what_was_done=what_was_done,
                by=by,
                now=now,
            )
            for row in found
        )
        if held.closed_at is None:
            held.closed_at = now
            held.save(update_fields=["closed_at"])
    return closed


def let_clock_act(*, complaint_ids: Sequence[int], now: datetime) -> tuple[Moved, ...]:
    """Up the ladder, and compensation where the clock ran out; safe to repeat."""
    return _clock.move(complaint_ids=complaint_ids, now=now)


# Questions


def running(*, now: datetime) -> tuple[int, ...]:
    """Complaints whose clock runs, in the order in which it runs out."""
    return _clock.open_ids(now=now)


def diagnose(*, evidence: DarkEvidence) -> Diagnosis:
    """Where a home stands that recharged and is dark; nothing is written."""
    return diagnosis.diagnose(evidence=evidence)


def one(*, number: str, now: datetime) -> Complaint:
    """A complaint by its number. Raises UnknownComplaint."""
    return _read.complaint(_read.row_of(number), now=now)


def one_in(*, number: str, scope: Scope, now: datetime) -> Complaint:
    """The same, where it lies in one of the areas. Raises UnknownComplaint."""
    held = one(number=number, now=now)
    if not _read.is_in(held=held, scope=scope):
        raise UnknownComplaint(f"There is no complaint {number}.")
    return held


def of_connection(
    *, connection_id: int, now: datetime, limit: int = MOST_SHOWN
) -> tuple[Complaint, ...]:
    """A connection's complaints, the newest first."""
    found = Row.objects.filter(connection_id=connection_id).order_by("-pk")[:limit]
    return tuple(_read.complaint(row, now=now) for row in found)


def list_(*, asked: Asked, scope: Scope, now: datetime) -> tuple[Listed, ...]:
    """The complaints of these areas that are asked for, one page."""
    way = "desc" if asked.is_downwards else "asc"
    held = _read.listed_rows(
        {
            "areas": scope.areas,
            "vigilance": asked.vigilance,
            "state": asked.state,
            "class_name": asked.class_,
            "channel": asked.channel,
            "role": asked.role,
            "assignee": asked.assignee_id,
            "incident": asked.incident_id,
            "overdue": asked.is_overdue,
            "now": now,
            "limit": asked.limit,
            "offset": asked.offset,
        },
        order=f"{ORDERS[asked.column]} {way}, complaint.id {way}",
    )
    found = Row.objects.in_bulk([row["id"] for row in held])
    return tuple(
        Listed(
            complaint=_read.complaint(found[row["id"]], now=now),
            consumer_number=row["consumer_number"] or "",
            name_en=row["name_en"] or "",
            name_hi=row["name_hi"] or "",
        )
        for row in held
    )


def steps_of(*, complaint_id: int) -> tuple[Step, ...]:
    """What happened to a complaint, the oldest first."""
    found = StepRow.objects.filter(complaint_id=complaint_id).order_by("pk")[:500]
    return tuple(
        Step(
            kind=StepKind(row.kind),
            at=row.at,
            by_kind=row.by_kind,
            by_name=row.by_name,
            text=row.text,
        )
        for row in found
    )


def media_of(*, complaint_id: int) -> tuple[Media, ...]:
    """The photos and voice notes of a complaint, without their content."""
    found = MediaRow.objects.filter(complaint_id=complaint_id).order_by("pk")
    return tuple(_media(row) for row in found.defer("sha256"))


def media(*, number: str, media_id: int) -> tuple[Media, bytes]:
    """One photo or voice note with its content. Raises UnknownComplaint."""
    held = _read.row_of(number)
    row = MediaRow.objects.filter(complaint=held, pk=media_id).first()
    if row is None:
        raise UnknownComplaint("There is no such photo or voice note.")
    return _media(row), bytes(row.content)


owed_since = _owed.owed_since


def compensations_of(*, complaint_id: int) -> tuple[Compensation, ...]:
    """What is owed for a complaint, day by day."""
    found = CompensationRow.objects.filter(complaint_id=complaint_id).order_by("pk")
    return tuple(
        Compensation(
            number=row.number,
            amount_paise=row.amount_paise,
            recorded_at=row.recorded_at,
            source=row.source,
        )
        for row in found
    )


def notes_of(*, connection_id: int) -> tuple[CallNote, ...]:
    """The last call notes about a connection, the newest first."""
    found = CallNoteRow.objects.filter(connection_id=connection_id).order_by("-pk")[:20]
    return tuple(_note(row) for row in found)


def incident(*, incident_id: int) -> Incident:
    """An incident. Raises UnknownComplaint."""
    row = IncidentRow.objects.filter(pk=incident_id).first()
    if row is None:
        raise UnknownComplaint("There is no such incident in your area.")
    return _incidents.incident(row)


def open_incidents() -> tuple[Incident, ...]:
    """Incidents that are not over, the oldest first, as far as one may see."""
    found = IncidentRow.objects.filter(closed_at=None).order_by("pk")[:MOST_SHOWN]
    return tuple(_incidents.incident(row) for row in found)


def clock_of(*, class_: ComplaintClass) -> Clock:
    """What the policy in force says about a class."""
    return policy_named(settings.BIJLIGHAR["complaints_policy"]).clocks[class_]


def may_reopen(*, complaint: Complaint, now: datetime) -> bool:
    """Whether a closed complaint may still be opened again."""
    row = Row.objects.only("policy").get(pk=complaint.complaint_id)
    return complaint.closed_at is not None and rules.may_reopen(
        closed_at=complaint.closed_at, policy=policy_named(row.policy), now=now
    )


def _media(row: MediaRow) -> Media:
    return Media(
        media_id=row.pk,
        complaint_id=row.complaint_id,
        kind=MediaKind(row.kind),
        content_type=row.content_type,
        size=len(row.content),
        at=row.at,
    )


def _note(row: CallNoteRow) -> CallNote:
    return CallNote(
        at=row.at,
        by_name=row.by_name,
        text=row.text,
        complaint_id=row.complaint_id,
    )

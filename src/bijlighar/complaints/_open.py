"""Opening a complaint: the one door behind page, telephone, WhatsApp and counter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from bijlighar.complaints import _incidents, rules
from bijlighar.complaints._read import complaint
from bijlighar.complaints._steps import step, words_of
from bijlighar.complaints.models import Complaint as Row
from bijlighar.complaints.policy import ComplaintPolicy, Rung
from bijlighar.complaints.values import NewComplaint, Opened, StepKind
from bijlighar.grid import service as grid
from bijlighar.grid.values import Node
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Viewer

LONGEST_KEY = 200


class WrongKey(BijligharError):
    """A complaint's key is one to two hundred letters."""


def open_(
    *, new: NewComplaint, policy: ComplaintPolicy, by: Viewer, now: datetime
) -> Opened:
    """Open a complaint, once a key; see `service.open_`."""
    if not 0 < len(new.key) <= LONGEST_KEY or "\0" in new.key:
        raise WrongKey("A complaint's key is one to two hundred letters.")
    words = words_of(new.words, may_be_empty=True, known=new.known_numbers)
    has_home = new.connection_id is not None
    new = replace(new, whereabouts=words_of(new.whereabouts, may_be_empty=has_home))
    with transaction.atomic():
        known = Row.objects.filter(key=new.key).first()
        if known is not None:
            return Opened(complaint=complaint(known, now=now), is_new=False)
        path = grid.path_on(node_id=new.transformer_id, day=supply_day_of(now))
        try:
            with transaction.atomic():
                row = _created(new, words, policy, path, now)
        except IntegrityError as error:
            known = Row.objects.filter(key=new.key).first()
            if known is None:
                raise
            # The same key came twice at once: the other one has opened it.
            assert "key" in str(error)
            return Opened(complaint=complaint(known, now=now), is_new=False)
        step(row, StepKind.OPENED, by=by, now=now, after={"channel": row.channel})
        if row.cause:
            step(row, StepKind.DIAGNOSED, by=by, now=now, text=row.cause)
        incident = None
        if row.reports_outage:
            incident = _incidents.link(row, path=path, policy=policy, by=by, now=now)
            row.refresh_from_db()
        return Opened(complaint=complaint(row, now=now), is_new=True, new_incident=incident)


def office_on(rung: Rung, path: Sequence[Node]) -> int:
    """The office that has a complaint on a rung of the ladder."""
    return rules.office_of(path=path, office=rung.office).node_id


def _created(
    new: NewComplaint,
    words: str,
    policy: ComplaintPolicy,
    path: Sequence[Node],
    now: datetime,
) -> Row:
    clock, first = policy.clocks[new.class_], policy.ladder[0]
    return Row.objects.create(
        key=new.key,
        connection_id=new.connection_id,
        transformer_id=new.transformer_id,
        whereabouts=new.whereabouts,
        caller_mobile=new.caller_mobile,
        class_name=new.class_.value,
        channel=new.channel.value,
        policy=policy.name,
        is_urgent=clock.is_urgent,
        is_vigilance=clock.is_vigilance,
        words=words,
        latitude=new.place.latitude if new.place else None,
        longitude=new.place.longitude if new.place else None,
        cause=new.cause.value if new.cause else "",
        reports_outage=new.connection_id is not None
        and rules.reports_outage(class_=new.class_, cause=new.cause),
        opened_at=now,
        due_at=rules.runs_out_at(starts_at=now, allowed=clock.allowed),
        level_role=first.role.value,
        level_area_id=office_on(first, path),
    )

"""Rows as values, and the questions about complaints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from bijlighar.complaints import rules
from bijlighar.complaints.models import Complaint as Row
from bijlighar.complaints.values import (
    Channel,
    Complaint,
    ComplaintClass,
    DarkCause,
    Place,
    State,
)
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import in_ist
from bijlighar.kernel.sql import rows, statement
from bijlighar.people.values import Role, Scope

_MONTH = "%y%m"
_DIGITS_OF_ID = 6


class UnknownComplaint(BijligharError):
    """There is no such complaint, or it is not for you to see."""


def number_of(*, complaint_id: int, opened_at: datetime) -> str:
    """What people say on the phone: year and month of opening, and the complaint's own."""
    return f"{in_ist(opened_at):{_MONTH}}{complaint_id:0{_DIGITS_OF_ID}d}"


def row_of(number: str, *, lock: bool = False) -> Row:
    """The row behind a number. Raises UnknownComplaint."""
    text = number.strip()
    if text.isascii() and text.isdigit() and 4 < len(text) <= 22:
        held: QuerySet[Row] = Row.objects.all()
        if lock:
            held = held.select_for_update(of=("self",))
        row = held.filter(pk=int(text[4:])).first()
        if row is not None and text == number_of(
            complaint_id=row.pk, opened_at=row.opened_at
        ):
            return row
    raise UnknownComplaint(f"There is no complaint {text}.")


def complaint(row: Row, *, now: datetime) -> Complaint:
    """A row as a value, overdue or not as of now."""
    held = rules.is_overdue(
        due_at=row.due_at, ended_at=row.closed_at or row.stopped_at, now=now
    )
    place = None
    if row.latitude is not None and row.longitude is not None:
        place = Place(latitude=row.latitude, longitude=row.longitude)
    return Complaint(
        complaint_id=row.pk,
        number=number_of(complaint_id=row.pk, opened_at=row.opened_at),
        connection_id=row.connection_id,
        transformer_id=row.transformer_id,
        class_=ComplaintClass(row.class_name),
        channel=Channel(row.channel),
        state=State(row.state),
        is_urgent=row.is_urgent,
        is_vigilance=row.is_vigilance,
        words=row.words,
        place=place,
        cause=DarkCause(row.cause) if row.cause else None,
        opened_at=row.opened_at,
        due_at=row.due_at,
        stopped_at=row.stopped_at,
        closed_at=row.closed_at,
        closing_words=row.closing_words,
        level=row.level,
        level_role=Role(row.level_role),
        level_area_id=row.level_area_id,
        assignee_id=row.assignee_id,
        assignee_name=row.assignee_name,
        incident_id=row.incident_id,
        reopenings=row.reopenings,
        rating=row.rating,
        is_overdue=held,
        whereabouts=row.whereabouts,
        caller_mobile=row.caller_mobile,
    )


def listed_rows(asked: dict[str, Any], *, order: str) -> list[dict[str, Any]]:
    """The rows of a list: complaint id, consumer number and names, in order."""
    text = statement("bijlighar.complaints", "listed").replace("{order}", order)
    with connection.cursor() as cursor:
        cursor.execute(text, asked)
        return rows(cursor)


def is_in(*, held: Complaint, scope: Scope) -> bool:
    """Whether a complaint's connection, or place, lies in one of the areas, by today's
    tree."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.complaints", "is_in"),
            {
                "connection": held.connection_id,
                "node": held.transformer_id,
                "areas": scope.areas,
            },
        )
        return cursor.fetchone() is not None

"""What happened, kept twice: as a step of the complaint, and in the audit trail."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime

from bijlighar.complaints._read import number_of
from bijlighar.complaints.models import Complaint as Row
from bijlighar.complaints.models import Step
from bijlighar.complaints.values import StepKind
from bijlighar.kernel.aadhaar_like import looks_like_aadhaar
from bijlighar.kernel.errors import BijligharError
from bijlighar.people import service as people
from bijlighar.people.values import Change, Viewer

LONGEST_WORDS = 2_000


class NoWords(BijligharError):
    """Say it in words, in at most two thousand characters."""


class IdentityTyped(BijligharError):
    """Twelve digits that look like an Aadhaar number: such numbers are never kept."""


def words_of(text: str, *, may_be_empty: bool = False, known: Container[str] = ()) -> str:
    """Somebody's words, without blanks around them. Raises NoWords, IdentityTyped."""
    told = text.replace("\0", "").strip()
    if len(told) > LONGEST_WORDS or not (told or may_be_empty):
        raise NoWords("Say it in words, in at most two thousand characters.")
    if looks_like_aadhaar(told, known=known):
        raise IdentityTyped(
            "This holds twelve digits that look like an Aadhaar number. We never need it:"
            " please leave it out."
        )
    return told


def step(
    row: Row,
    kind: StepKind,
    *,
    by: Viewer,
    now: datetime,
    text: str = "",
    after: Mapping[str, object] | None = None,
) -> None:
    """Keep one step of a complaint, and say so in the audit trail.

    The trail names what changed, never a consumer's own words.
    """
    Step.objects.create(
        complaint=row,
        kind=kind.value,
        at=now,
        by_kind=by.kind.value,
        by_id=by.actor_id,
        by_name=by.name,
        text=text,
    )
    people.record(
        change=Change(
            action=f"complaints.{kind.value}",
            object_kind="complaint",
            object_id=number_of(complaint_id=row.pk, opened_at=row.opened_at),
            place_id=row.transformer_id,
            after={"state": row.state, "class": row.class_name, **(after or {})},
        ),
        by=by,
        now=now,
    )

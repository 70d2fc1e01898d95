"""Complaints in words, for the consumer's pages and for the help desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import (
    Complaint,
    ComplaintClass,
    DarkCause,
    Diagnosis,
    Listed,
    Media,
    MediaKind,
    State,
    Step,
    StepKind,
)
from bijlighar.dashboards.values import BothLanguages
from bijlighar.kernel.errors import BijligharError
from bijlighar.people.values import Role
from bijlighar.web.complaints.words import (
    CAUSES,
    CHANNELS,
    CLASSES,
    LINKS,
    STANDS,
    STATES,
    STEPS,
)
from bijlighar.web.role_names import ROLE_NAMES

URGENT = (
    ComplaintClass.DARK_AFTER_RECHARGE,
    ComplaintClass.NO_SUPPLY,
    ComplaintClass.DANGER,
    ComplaintClass.ASKED_FOR_MONEY,
)
_OF_STAFF = frozenset({StepKind.ASSIGNED})


class WrongColleague(BijligharError):
    """A complaint is given to somebody who may handle it where it lies."""


def classes() -> list[dict[str, object]]:
    """What can be complained of, the urgent first, with the hours that it may take."""
    return [
        {
            "value": class_.value,
            "title": title,
            "is_urgent": class_ in URGENT,
            "hours": int(
                complaints.clock_of(class_=class_).allowed.total_seconds() // 3600
            ),
        }
        for class_, title in CLASSES.items()
    ]


def line(one: Complaint) -> dict[str, object]:
    """A complaint as one row of a list."""
    return {"held": one, "title": CLASSES[one.class_], "state": STATES[one.state]}


def row(one: Listed) -> dict[str, object]:
    """A complaint as one row of the help desk's list."""
    return {
        **line(one.complaint),
        "consumer_number": one.consumer_number,
        "name": BothLanguages(en=one.name_en, hi=one.name_hi),
        "role": ROLE_NAMES[one.complaint.level_role],
    }


def whole(one: Complaint, *, for_consumer: bool) -> dict[str, object]:
    """Everything about a complaint that its page shows."""
    owed = complaints.compensations_of(complaint_id=one.complaint_id)
    steps = complaints.steps_of(complaint_id=one.complaint_id)
    return {
        **line(one),
        "channel": CHANNELS[one.channel],
        "cause": CAUSES[one.cause] if one.cause else None,
        "steps": [
            _step(step) for step in steps if not (for_consumer and step.kind in _OF_STAFF)
        ],
        "files": complaints.media_of(complaint_id=one.complaint_id),
        "owed_paise": sum(day.amount_paise for day in owed),
        "role": ROLE_NAMES[one.level_role],
        "is_open": one.state is not State.CLOSED,
        "ratings": range(1, 6),
    }


def diagnosis(found: Diagnosis) -> dict[str, object]:
    """A diagnosis in words."""
    words = CAUSES[found.cause]
    return {
        "cause": found.cause.value,
        "title": words.title,
        "then": words.then,
        "is_mended": found.is_mended,
        "amount_paise": found.amount_paise,
        "asks_for_money": found.cause in (DarkCause.TOO_LITTLE, DarkCause.NO_RECHARGE),
        "until": found.until,
        "links": [
            {"title": LINKS[link], "stand": stand.value, "words": STANDS[stand]}
            for link, stand in found.links.items()
        ],
    }


def refusal(error: BijligharError) -> str:
    """Why something was not taken, in the reader's language, and what to do."""
    return _REFUSALS.get(type(error), _fallback)()


def file(held: Media, content: bytes) -> HttpResponse:
    """A photo or voice note as an answer: what we said that it is, and nothing else."""
    answer = HttpResponse(content, content_type=held.content_type)
    ending = held.content_type.rpartition("/")[2]
    answer.headers["Content-Disposition"] = (
        f'inline; filename="{held.kind.value}-{held.media_id}.{ending}"'
    )
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def is_photo(held: Media) -> bool:
    """Whether a file is a picture."""
    return held.kind is MediaKind.PHOTO


def _step(step: Step) -> dict[str, object]:
    text: object = step.text
    if step.kind is StepKind.DIAGNOSED:
        text = CAUSES[DarkCause(step.text)].title
    elif step.kind is StepKind.ESCALATED:
        text = ROLE_NAMES[Role(step.text)]
    return {"held": step, "title": STEPS[step.kind], "text": text}


def _fallback() -> str:
    return _("That could not be done. Please try again, or call 1912.")


_REFUSALS: Mapping[type[BijligharError], Callable[[], str]] = {
    complaints.NoWords: lambda: _("Please say it in words, up to two thousand letters."),
    complaints.IdentityTyped: lambda: _(
        "This looks like an Aadhaar number. We never need it: please leave it out."
    ),
    complaints.WrongFile: lambda: _(
        "That file was not taken. Send a photo (JPEG, PNG or WebP, up to 8 MB) or a voice"
        " note (up to 2 MB)."
    ),
    complaints.TooManyFiles: lambda: _("At most six photos and voice notes."),
    complaints.TooLate: lambda: _(
        "This was settled more than 15 days ago. Please make a new complaint."
    ),
    complaints.NotNow: lambda: _(
        "The complaint has changed meanwhile. Please look at it once more."
    ),
    complaints.WrongPlace: lambda: _(
        "The place was not understood. Please write in words where it is."
    ),
    WrongColleague: lambda: _("Choose somebody who handles complaints here."),
    complaints.WrongRating: lambda: _("Rate once, with one to five stars."),
}

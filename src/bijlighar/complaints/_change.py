"""What people do to a complaint: add, take, stop, close, reopen, rate."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bijlighar.complaints import _clock, _media, rules, states
from bijlighar.complaints._read import complaint, row_of
from bijlighar.complaints._steps import step, words_of
from bijlighar.complaints.models import Complaint as Row
from bijlighar.complaints.models import Media
from bijlighar.complaints.policy import policy_named
from bijlighar.complaints.states import ComplaintEvent
from bijlighar.complaints.values import Complaint, ComplaintClass, Place, State, StepKind
from bijlighar.kernel.errors import BijligharError
from bijlighar.people.values import Viewer

MOST_MEDIA = 6
RATINGS = range(1, 6)


class TooManyFiles(BijligharError):
    """A complaint carries six photos and voice notes at most."""


class TooLate(BijligharError):
    """A complaint that was closed so long ago is not opened again: make a new one."""


class WrongRating(BijligharError):
    """Rate with one to five stars, once the complaint is closed."""


def add(
    *,
    number: str,
    words: str,
    files: tuple[bytes, ...],
    place: Place | None,
    known_numbers: tuple[str, ...],
    by: Viewer,
    now: datetime,
) -> Complaint:
    """Add words, photos, voice notes or the place; all or nothing of them."""
    has_more = bool(files) or place is not None
    told = words_of(words, may_be_empty=has_more, known=known_numbers)
    kept = [_media.kept(content=content) for content in files]
    with transaction.atomic():
        row = row_of(number, lock=True)
        if row.state == State.CLOSED.value:
            raise states.NotNow("This complaint is closed: open it again first.")
        if Media.objects.filter(complaint=row).count() + len(kept) > MOST_MEDIA:
            raise TooManyFiles("A complaint carries six photos and voice notes at most.")
        Media.objects.bulk_create(
            [
                Media(
                    complaint=row,
                    kind=one.kind.value,
                    content_type=one.content_type,
                    content=one.content,
                    sha256=one.digest,
                    at=now,
                )
                for one in {one.digest: one for one in kept}.values()
            ],
            ignore_conflicts=True,
        )
        if place is not None:
            row.latitude, row.longitude = place.latitude, place.longitude
            row.save(update_fields=["latitude", "longitude"])
        counted = {"files": len(kept), "place": place is not None}
        step(row, StepKind.ADDED, by=by, now=now, text=told, after=counted)
        return complaint(row, now=now)


def assign(
    *, number: str, staff_id: int, staff_name: str, by: Viewer, now: datetime
) -> Complaint:
    """Give a complaint to a member of staff."""
    with transaction.atomic():
        row = row_of(number, lock=True)
        if row.state == State.CLOSED.value:
            raise states.NotNow("This complaint is closed: open it again first.")
        row.assignee_id, row.assignee_name = staff_id, staff_name
        row.save(update_fields=["assignee_id", "assignee_name"])
        after = {"assignee": staff_id}
        step(row, StepKind.ASSIGNED, by=by, now=now, text=staff_name, after=after)
        return complaint(row, now=now)


def escalate(*, number: str, why: str, by: Viewer, now: datetime) -> Complaint:
    """Hand a complaint one rung up before its clock does. Raises NotNow at the top."""
    told = words_of(why)
    with transaction.atomic():
        row = row_of(number, lock=True)
        is_top = row.level + 1 >= len(policy_named(row.policy).ladder)
        if row.state == State.CLOSED.value or row.is_vigilance or is_top:
            raise states.NotNow("This complaint cannot go higher.")
        step(row, StepKind.ADDED, by=by, now=now, text=told)
        _clock.climb(row, level=row.level + 1, now=now)
        return complaint(row, now=now)


def stop(*, number: str, why: str, by: Viewer, now: datetime) -> Complaint:
    """The clock stands from now on: something waits for the consumer alone."""
    told = words_of(why)
    with transaction.atomic():
        row = row_of(number, lock=True)
        _turn(row, ComplaintEvent.STOPPED)
        _clock.owe(row, now=now)
        row.stopped_at = now
        row.save(update_fields=["state", "stopped_at"])
        step(row, StepKind.STOPPED, by=by, now=now, text=told)
        return complaint(row, now=now)


def resume(*, number: str, why: str, by: Viewer, now: datetime) -> Complaint:
    """The clock runs again, as much later as it stood."""
    told = words_of(why, may_be_empty=True)
    with transaction.atomic():
        row = row_of(number, lock=True)
        _turn(row, ComplaintEvent.RESUMED)
        _start_again(row, now)
        row.save(update_fields=["state", "stopped_at", "due_at"])
        step(row, StepKind.RESUMED, by=by, now=now, text=told)
        return complaint(row, now=now)


def close(*, number: str, what_was_done: str, by: Viewer, now: datetime) -> Complaint:
    """Close a complaint with what was done; what is owed by then is recorded first."""
    told = words_of(what_was_done)
    with transaction.atomic():
        row = row_of(number, lock=True)
        if row.state == State.OPEN.value:
            _clock.owe(row, now=now)
        _turn(row, ComplaintEvent.CLOSED)
        if row.stopped_at is not None:
            _start_again(row, now)
        row.closed_at, row.closing_words = now, told
        row.save(
            update_fields=["state", "stopped_at", "due_at", "closed_at", "closing_words"]
        )
        step(row, StepKind.CLOSED, by=by, now=now, text=told)
        return complaint(row, now=now)


def reopen(*, number: str, words: str, by: Viewer, now: datetime) -> Complaint:
    """Open a closed complaint again: its clock begins anew, one rung higher."""
    with transaction.atomic():
        row = row_of(number, lock=True)
        policy = policy_named(row.policy)
        _turn(row, ComplaintEvent.REOPENED)
        assert row.closed_at is not None, "a closed complaint says when"
        if not rules.may_reopen(closed_at=row.closed_at, policy=policy, now=now):
            raise TooLate("This was closed too long ago: please make a new complaint.")
        told = words_of(words, may_be_empty=True)
        row.closed_at, row.closing_words = None, ""
        row.rating, row.rating_words = None, ""
        row.reopenings, row.owed_days = row.reopenings + 1, 0
        allowed = policy.clocks[ComplaintClass(row.class_name)].allowed
        row.due_at = rules.runs_out_at(starts_at=now, allowed=allowed)
        row.save()
        step(row, StepKind.REOPENED, by=by, now=now, text=told)
        if row.level + 1 < len(policy.ladder) and not row.is_vigilance:
            _clock.climb(row, level=row.level + 1, now=now)
        return complaint(row, now=now)


def rate(*, number: str, rating: int, words: str, by: Viewer, now: datetime) -> Complaint:
    """How content the consumer is with a closed complaint: one to five, once."""
    told = words_of(words, may_be_empty=True)
    with transaction.atomic():
        row = row_of(number, lock=True)
        if row.state != State.CLOSED.value or rating not in RATINGS:
            raise WrongRating("Rate with one to five stars, once it is closed.")
        if row.rating is not None:
            raise WrongRating("This complaint was rated already. Thank you.")
        row.rating, row.rating_words = rating, told
        row.save(update_fields=["rating", "rating_words"])
        after = {"rating": rating}
        step(row, StepKind.RATED, by=by, now=now, text=told, after=after)
        return complaint(row, now=now)


def _turn(row: Row, event: ComplaintEvent) -> None:
    """Change the state of a locked row as the table of states says, not yet saved."""
    row.state = states.after(state=State(row.state), event=event).value


def _start_again(row: Row, now: datetime) -> None:
    assert row.stopped_at is not None, "only a clock that stands starts again"
    row.due_at = rules.resumed_due_at(due_at=row.due_at, stopped_at=row.stopped_at, now=now)
    row.stopped_at = None

"""Keeping questions: each person's own, by page; ended rather than deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from bijlighar.dashboards import models
from bijlighar.dashboards.values import SavedView
from bijlighar.kernel.errors import BijligharError
from bijlighar.people import service as people
from bijlighar.people.values import Change, Viewer

MOST_VIEWS = 20
LONGEST_NAME = 60
LONGEST_QUERY = 1_000


class NameTaken(BijligharError):
    """A kept view of this page has the name already."""


class WrongView(BijligharError):
    """A view needs a name of at most 60 letters, and there may be twenty a page."""


class UnknownView(BijligharError):
    """There is no such view, or it is somebody else's."""


def of(*, viewer: Viewer, page: str) -> tuple[SavedView, ...]:
    """What somebody keeps of a page, by name."""
    kept = _open(viewer).filter(page=page).order_by("name")
    return tuple(_value(row) for row in kept[:MOST_VIEWS])


def keep(*, page: str, name: str, query: str, by: Viewer, now: datetime) -> int:
    """Keep a question under a name. Raises WrongView, NameTaken."""
    called = _name(name)
    if len(query) > LONGEST_QUERY or _open(by).filter(page=page).count() >= MOST_VIEWS:
        raise WrongView("There is no room for this view: remove one you do not need.")
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = models.SavedView.objects.create(
                    staff_id=by.actor_id,
                    page=page,
                    name=called,
                    query=query,
                    starts_at=now,
                )
        except IntegrityError as error:
            raise NameTaken(f"You keep a view called {called} already.") from error
        after = {"page": page, "name": called}
        _record("kept", made.pk, None, after, by, now)
    return made.pk


def rename(*, view_id: int, name: str, by: Viewer, now: datetime) -> SavedView:
    """Call a kept question otherwise. Raises UnknownView, WrongView, NameTaken."""
    called = _name(name)
    with transaction.atomic():
        held = _one(view_id, by)
        before = {"name": held.name}
        try:
            with transaction.atomic():
                models.SavedView.objects.filter(pk=held.pk).update(name=called)
        except IntegrityError as error:
            raise NameTaken(f"You keep a view called {called} already.") from error
        _record("renamed", held.pk, before, {"name": called}, by, now)
        held.name = called
        return _value(held)


def end(*, view_id: int, by: Viewer, now: datetime) -> SavedView:
    """Keep a question no more. Raises UnknownView."""
    with transaction.atomic():
        held = _one(view_id, by)
        models.SavedView.objects.filter(pk=held.pk).update(ends_at=now)
        _record("ended", held.pk, {"page": held.page, "name": held.name}, None, by, now)
        return _value(held)


def _open(viewer: Viewer) -> QuerySet[models.SavedView]:
    return models.SavedView.objects.filter(staff_id=viewer.actor_id, ends_at=None)


def _one(view_id: int, by: Viewer) -> models.SavedView:
    held = _open(by).select_for_update().filter(pk=view_id).first()
    if held is None:
        raise UnknownView("There is no such view, or it is somebody else's.")
    return held


def _name(name: str) -> str:
    called = " ".join(name.replace("\0", "").split())
    if not 1 <= len(called) <= LONGEST_NAME:
        raise WrongView("Give the view a name of at most 60 letters.")
    return called


def _record(
    what: str,
    view_id: int,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
    by: Viewer,
    now: datetime,
) -> None:
    """Whose view it is says the actor; it belongs where the person's widest area is."""
    areas = sorted(frozenset().union(*by.rights.values()))
    people.record(
        change=Change(
            action=f"desk.view.{what}",
            object_kind="view",
            object_id=str(view_id),
            place_id=areas[0] if areas else None,
            before=before,
            after=after,
        ),
        by=by,
        now=now,
    )


def _value(row: models.SavedView) -> SavedView:
    return SavedView(view_id=row.pk, page=row.page, name=row.name, query=row.query)

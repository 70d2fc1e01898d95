"""Where somebody of staff belongs: the area under which changes to them are audited."""

from __future__ import annotations

from django.db.models import F

from bijlighar.people._system import as_the_system
from bijlighar.people.models import RoleGrant


def place_of(staff_id: int) -> int | None:
    """The area of the oldest role that lasts, else of the last one that ended."""
    with as_the_system():
        return (
            RoleGrant.objects.filter(staff_id=staff_id)
            .order_by(F("ends_at").desc(nulls_first=True), "starts_at", "pk")
            .values_list("area_id", flat=True)
            .first()
        )


def open_areas(staff_id: int) -> tuple[int, ...]:
    """The areas of every role that somebody holds or will hold, whoever asks."""
    with as_the_system():
        held = RoleGrant.objects.filter(staff_id=staff_id, ends_at=None)
        return tuple(held.order_by("area_id").values_list("area_id", flat=True).distinct())

"""Schedules that charges were rated with: kept with their order's whole text, by number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from django.db import connection

from bijlighar.charges.models import RatedSchedule
from bijlighar.kernel.errors import BijligharError
from bijlighar.tariffs.orders import FileError, catalogue, load_order, text_of
from bijlighar.tariffs.values import Order, Schedule


class OrderGone(BijligharError):
    """The order that a day was rated with is not kept here, or can no longer be read."""


def id_of(schedule: Schedule) -> int:
    """The number of a schedule, kept now if it is not yet.

    A file that was ended by another order, or in which only a comment changed, says the
    same: its schedules keep their numbers, and the month that runs goes on.
    """
    found = _find(schedule)
    if found is None:
        found = _find_alike(schedule)
    if found is None:
        _keep(schedule)
        found = _find(schedule)
    assert found is not None, "it was kept just now, here or by somebody else"
    return found


def replaced() -> list[int]:
    """Numbers of kept schedules that an order of the same first day now puts otherwise."""
    live = {_place(one): one for order in catalogue() for one in order.schedules}
    gone = []
    for kept in RatedSchedule.objects.select_related("order"):
        schedule = _schedule(kept)
        if schedule is not None:
            now = live.get(_place(schedule))
            if now is not None and not _says_the_same(now, schedule):
                gone.append(kept.pk)
    return gone


def order_of(schedule_id: int) -> tuple[Order, Schedule]:
    """The order and schedule of a number; raises OrderGone."""
    kept = RatedSchedule.objects.select_related("order").get(pk=schedule_id)
    order = _read(kept.order.sha256, kept.order.text)
    for schedule in order.schedules:
        if schedule.category == kept.category and schedule.eligible.above_w == kept.above_w:
            return order, schedule
    raise OrderGone(f"The order {kept.order.sha256} has no schedule {kept.category}.")


def _find_alike(schedule: Schedule) -> int | None:
    alike = RatedSchedule.objects.select_related("order").filter(
        category=schedule.category, above_w=schedule.eligible.above_w
    )
    for kept in alike.order_by("pk"):
        known = _schedule(kept)
        if known is not None and _says_the_same(schedule, known):
            return int(kept.pk)
    return None


def _schedule(kept: RatedSchedule) -> Schedule | None:
    """A kept schedule as its text says it; None where the text is gone."""
    try:
        order = _read(kept.order.sha256, kept.order.text)
    except OrderGone:
        return None
    for schedule in order.schedules:
        if schedule.category == kept.category and schedule.eligible.above_w == kept.above_w:
            return schedule
    return None


def _place(schedule: Schedule) -> tuple[str, int, date]:
    return schedule.category, schedule.eligible.above_w, schedule.in_force_from


def _says_the_same(one: Schedule, other: Schedule) -> bool:
    """Whether two rate alike while both are in force: whatever their files look like."""
    return _plain(one) == _plain(other)


def _plain(schedule: Schedule) -> Schedule:
    return replace(schedule, order_sha256="", in_force_until=None)


def _find(schedule: Schedule) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from charges_ratedschedule"
            " where order_sha256 = %s and category = %s and above_w = %s",
            _key(schedule),
        )
        found = cursor.fetchone()
        return None if found is None else int(found[0])


def _keep(schedule: Schedule) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into charges_ratedorder (sha256, text) values (%s, %s)"
            " on conflict do nothing",
            (schedule.order_sha256, text_of(schedule.order_sha256)),
        )
        cursor.execute(
            "insert into charges_ratedschedule (order_sha256, category, above_w)"
            " values (%s, %s, %s) on conflict do nothing",
            _key(schedule),
        )


def _key(schedule: Schedule) -> tuple[str, str, int]:
    return schedule.order_sha256, schedule.category, schedule.eligible.above_w


@cache
def _read(sha256: str, text: str) -> Order:
    if not text:
        raise OrderGone(f"The text of the order {sha256} is not kept.")
    try:
        return load_order(text)
    except FileError as error:
        raise OrderGone(f"The order {sha256} can no longer be read: {error}") from error

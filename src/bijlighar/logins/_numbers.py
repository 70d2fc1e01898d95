"""A connection's primary number becomes another one: at once, or after a day's wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from bijlighar.connections import service as connections
from bijlighar.connections.values import ConsumerChange, Home
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sql import rows, statement
from bijlighar.logins import rules
from bijlighar.logins._memberships import record, viewer_of
from bijlighar.logins.models import NumberChange
from bijlighar.logins.values import (
    NumberChangeShown,
    NumberOfMany,
    SharedNumber,
    SignedIn,
)
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Change, Origin, Scope, Viewer

COUNT_TO = 100
WAITING, DONE, CANCELLED = "waiting", "done", "cancelled"


class SameNumber(BijligharError):
    """The new number is the one that the connection has."""


class ChangedLately(BijligharError):
    """The number was changed in the last 24 hours, or is waiting to be."""


class NothingWaits(BijligharError):
    """There is no change of number to cancel."""


def change_at_once(
    *, by: SignedIn, home: Home, new_mobile: str, origin: Origin, now: datetime
) -> NumberChangeShown:
    """Old and new number have proven themselves: the new one holds from now on."""
    with transaction.atomic():
        held = _open(by, home, new_mobile, is_old_lost=False, now=now)
        _carry_out(held, home, by=viewer_of(by, origin), now=now)
        return shown(held)


def ask_as_lost(
    *, by: SignedIn, home: Home, origin: Origin, now: datetime
) -> NumberChangeShown:
    """The login's own number shall be the primary one; the old one has a day to say no."""
    with transaction.atomic():
        held = _open(by, home, by.mobile, is_old_lost=True, now=now)
        record(
            "logins.number.change_asked",
            by=by,
            home=home,
            origin=origin,
            now=now,
            before={"mobile": rules.masked(home.mobile)},
            after={"mobile": rules.masked(by.mobile), "due_at": held.due_at.isoformat()},
        )
        return shown(held)


def cancel(*, by: SignedIn, home: Home, origin: Origin, now: datetime) -> NumberChangeShown:
    """The old or the new number says no to a change that waits."""
    with transaction.atomic():
        held = _waiting(home.connection_id)
        if held is None or by.mobile not in (held.old_mobile, held.new_mobile):
            raise NothingWaits("No change of this number waits.")
        _end(held, CANCELLED, "cancelled", now)
        record(
            "logins.number.change_cancelled",
            by=by,
            home=home,
            origin=origin,
            now=now,
            before={"mobile": rules.masked(held.new_mobile)},
        )
        return shown(held)


def due(*, now: datetime, most: int) -> tuple[int, ...]:
    """Changes whose wait is over, the oldest first."""
    held = NumberChange.objects.filter(state=WAITING, due_at__lte=now)
    return tuple(held.order_by("due_at", "pk").values_list("pk", flat=True)[:most])


def carry_out(*, change_id: int, now: datetime) -> NumberChangeShown | None:
    """One change whose wait is over is done; None where it is done or void meanwhile."""
    with transaction.atomic():
        held = (
            NumberChange.objects.select_for_update()
            .filter(pk=change_id, state=WAITING, due_at__lte=now)
            .first()
        )
        if held is None:
            return None
        (home,) = connections.homes(connection_ids=[held.connection_id]) or (None,)
        if home is None or home.mobile != held.old_mobile:
            _end(held, CANCELLED, "changed meanwhile", now)
            return None
        _carry_out(held, home, by=SYSTEM, now=now)
        return shown(held)


def last_change_of(*, connection_id: int) -> NumberChangeShown | None:
    """The change of a connection's number that waits, else the last that was done."""
    held = NumberChange.objects.filter(connection_id=connection_id)
    found = (
        held.filter(state=WAITING).first()
        or held.filter(state=DONE).order_by("-ended_at").first()
    )
    return None if found is None else shown(found)


def check_not_changed_lately(*, connection_id: int, now: datetime) -> None:
    """What a code to a new number could take away waits a day, so that whoever lost the
    old one has time to say no. Raises ChangedLately. Source: security reference A8."""
    of_this = NumberChange.objects.filter(connection_id=connection_id)
    lately = Q(state=DONE, ended_at__gt=now - rules.LOST_NUMBER_WAITS)
    if of_this.filter(lately | Q(state=WAITING)).exists():
        raise ChangedLately("The number was changed lately, or is about to be.")


def changes_waiting_by(*, by: SignedIn) -> tuple[NumberChangeShown, ...]:
    """The changes that wait and that this login asked for."""
    held = NumberChange.objects.filter(asked_by_id=by.login_id, state=WAITING)
    return tuple(shown(one) for one in held.order_by("due_at", "pk"))


def shared_by_many(*, homes: Sequence[Home]) -> tuple[SharedNumber, ...]:
    """Those of these homes' numbers that are the primary one of too many connections.

    Counted over the whole discom, whatever area asks: how many, never which.
    """
    with people.as_the_system():
        counted = {
            mobile: connections.how_many_have_mobile(mobile=mobile, most=COUNT_TO)
            for mobile in sorted({home.mobile for home in homes})
        }
    return tuple(
        SharedNumber(mobile=mobile, connections=many)
        for mobile, many in counted.items()
        if many > rules.MANY_CONNECTIONS
    )


def shared_numbers(*, scope: Scope, limit: int) -> tuple[NumberOfMany, ...]:
    """The numbers that are the primary one of too many connections, some in these areas.

    The most connections first; counted over the whole discom: how many, never which.
    """
    with people.as_the_system(), connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.logins", "shared_numbers"),
            {
                "more_than": rules.MANY_CONNECTIONS,
                "areas": scope.areas,
                "limit": limit,
            },
        )
        return tuple(NumberOfMany(**row) for row in rows(cursor))


def shown(held: NumberChange) -> NumberChangeShown:
    """A change as others see it."""
    return NumberChangeShown(
        change_id=held.pk,
        connection_id=held.connection_id,
        old_mobile=held.old_mobile,
        new_mobile=held.new_mobile,
        is_old_lost=held.is_old_lost,
        asked_at=held.asked_at,
        due_at=held.due_at,
        state=held.state,
    )


def _open(
    by: SignedIn, home: Home, new_mobile: str, *, is_old_lost: bool, now: datetime
) -> NumberChange:
    """Raises SameNumber, ChangedLately. Holds the connection until the end."""
    connections.hold(connection_id=home.connection_id)
    if new_mobile == home.mobile:
        raise SameNumber("This is the connection's number already.")
    a_day_ago = now - rules.LOST_NUMBER_WAITS
    of_this = NumberChange.objects.filter(connection_id=home.connection_id)
    is_waiting = of_this.filter(state=WAITING)
    if not is_old_lost:
        # Who has both numbers in hand overrules whoever waits for one of them.
        is_waiting.update(state=CANCELLED, ended_at=now, ended_because="overruled")
    if is_waiting.exists() or of_this.filter(state=DONE, ended_at__gt=a_day_ago).exists():
        raise ChangedLately("The number was changed lately, or is about to be.")
    return NumberChange.objects.create(
        connection_id=home.connection_id,
        old_mobile=home.mobile,
        new_mobile=new_mobile,
        is_old_lost=is_old_lost,
        asked_by_id=by.login_id,
        asked_at=now,
        due_at=now + rules.LOST_NUMBER_WAITS if is_old_lost else now,
        state=WAITING,
    )


def _carry_out(held: NumberChange, home: Home, *, by: Viewer, now: datetime) -> None:
    connections.change_consumers(
        changes=[
            ConsumerChange(
                consumer_number=home.consumer_number,
                name_en=None,
                name_hi=None,
                mobile=held.new_mobile,
                language=None,
            )
        ]
    )
    _end(held, DONE, "done", now)
    people.record(
        change=Change(
            action="logins.number.changed",
            object_kind="connection",
            object_id=str(home.connection_id),
            place_id=home.transformer_id,
            before={"mobile": rules.masked(held.old_mobile)},
            after={"mobile": rules.masked(held.new_mobile), "lost": held.is_old_lost},
        ),
        by=by,
        now=now,
    )


def _waiting(connection_id: int) -> NumberChange | None:
    held = NumberChange.objects.select_for_update()
    return held.filter(connection_id=connection_id, state=WAITING).first()


def _end(held: NumberChange, state: str, because: str, now: datetime) -> None:
    held.state, held.ended_at, held.ended_because = state, now, because
    NumberChange.objects.filter(pk=held.pk).update(
        state=state, ended_at=now, ended_because=because
    )

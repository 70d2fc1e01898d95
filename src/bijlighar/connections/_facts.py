"""New dated facts of many connections at once: all or none, each refused by name.

Facts are added at the end only: what held on a day that was charged stays as it was, and
whoever changes it charges the days from the new fact on again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from bijlighar.connections.models import ConnectionFact
from bijlighar.connections.values import Facts, FactsChange, PaymentMode
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import supply_day_of
from bijlighar.kernel.sql import rows, statement

FARTHEST_AHEAD = timedelta(days=366)
"""A day farther ahead is a slip of the keyboard."""


class UnknownConnection(BijligharError):
    """There is no connection with this id, or nothing is known of it yet."""


class WrongLoad(BijligharError):
    """A sanctioned load is more than nothing."""


class WrongDay(BijligharError):
    """A new fact begins after the last one, and at most a year ahead."""


class SameFacts(BijligharError):
    """Nothing would change."""


class ChangedTwice(BijligharError):
    """One connection is changed twice in one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """The last fact of a connection."""

    connection_id: int
    from_day: date
    category: str
    sanctioned_load_w: int
    payment_mode: str
    mode_since: date


def change_facts(changes: Sequence[FactsChange], now: datetime) -> tuple[Facts, ...]:
    """As `service.change_facts` says."""
    ids = [one.connection_id for one in changes]
    twice = sorted(one for one, times in Counter(ids).items() if times > 1)
    if twice:
        raise ChangedTwice(f"Connections {twice} are changed twice in one call.")
    with transaction.atomic():
        held = _lock_last_facts(ids)
        unknown = sorted(set(ids) - held.keys())
        if unknown:
            raise UnknownConnection(f"Nothing is known of the connections {unknown}.")
        new = [_changed(one, held[one.connection_id], now) for one in changes]
        ConnectionFact.objects.bulk_create(new)
    return tuple(
        Facts(
            connection_id=fact.connection_id,
            category=fact.category,
            sanctioned_load_w=fact.sanctioned_load_w,
            payment_mode=PaymentMode(fact.payment_mode),
            mode_since=fact.mode_since,
            splits_month_from=fact.from_day,
        )
        for fact in new
    )


def _lock_last_facts(connection_ids: Sequence[int]) -> dict[int, _Held]:
    """The connections' rows are locked in order, so that two changes come one by one.

    Facts are read by a statement of their own: what somebody else has changed while this
    one waited is then seen.
    """
    ids = list(connection_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from connections_connection where id = any(%s) order by id"
            " for no key update",
            [ids],
        )
        cursor.execute(statement("bijlighar.connections", "last_facts"), {"ids": ids})
        return {row["connection_id"]: _Held(**row) for row in rows(cursor)}


def _changed(change: FactsChange, held: _Held, now: datetime) -> ConnectionFact:
    """The new fact; raises WrongLoad, WrongDay, SameFacts."""
    load_w = (
        held.sanctioned_load_w
        if change.sanctioned_load_w is None
        else change.sanctioned_load_w
    )
    named = f"Connection {change.connection_id}"
    if load_w <= 0:
        raise WrongLoad(f"{named}: a sanctioned load of {load_w} W is none.")
    if change.from_day <= held.from_day:
        raise WrongDay(
            f"{named}: its last facts hold from {held.from_day}, new ones begin later"
            f" than that, not on {change.from_day}."
        )
    if change.from_day > supply_day_of(now) + FARTHEST_AHEAD:
        raise WrongDay(f"{named}: {change.from_day} is more than a year ahead.")
    category = held.category if change.category is None else change.category
    mode = PaymentMode(held.payment_mode)
    new_mode = mode if change.payment_mode is None else change.payment_mode
    if (category, load_w, new_mode) == (held.category, held.sanctioned_load_w, mode):
        raise SameFacts(f"{named}: nothing would change on {change.from_day}.")
    return ConnectionFact(
        connection_id=change.connection_id,
        from_day=change.from_day,
        category=category,
        sanctioned_load_w=load_w,
        payment_mode=new_mode.value,
        mode_since=held.mode_since if new_mode is mode else change.from_day,
    )

"""Relay commands of meters behind a vendor's head-end: handed out, and what came of them.

The same last look as before our own head-end sends; a reconnection is never held back. A
command is the vendor's alone for a time; silent vendors lose it, and it is tried anew. Only
the relay as it was read back says what came of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from bijlighar.flow.confirm_relay import last_look, settle_outcome
from bijlighar.flow.review_supply import review_supply
from bijlighar.headend import service as headend
from bijlighar.headend.values import Command, RelayOutcome, RelayWanted
from bijlighar.people import service as people
from bijlighar.people.values import Scope
from bijlighar.vendors import service as vendors
from bijlighar.vendors.values import Hanging, Refusal, Refused, RelayTold, Taken, Told

MOST_AT_ONCE = 100
MARGIN = timedelta(minutes=10)
"""A disconnection is handed out only where it can be over so long before its hours end."""
SILENT = "the vendor's head-end did not say what came of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """A command that a vendor now has to carry out, and until when it is theirs."""

    command: Command
    held_until: datetime


def waiting_for_vendor(
    *, vendor_id: int, scope: Scope, now: datetime
) -> tuple[Command, ...]:
    """What a vendor may take now in its areas, reconnections first; nothing is changed."""
    with people.as_the_system():
        ids = headend.due_for_vendor(
            vendor_id=vendor_id, areas=scope.areas, now=now, limit=MOST_AT_ONCE
        )
        return headend.commands_of(command_ids=ids)


def hand_to_vendor(
    *, vendor_id: int, command_ids: Sequence[int], scope: Scope, now: datetime
) -> tuple[HandedOut, ...]:
    """Hand out those of these commands that are still due and may go.

    A disconnection is opened before its `open_before` or not at all. Joins the caller's
    transaction.
    """

    def lock_due(among: Sequence[int]) -> tuple[Command, ...]:
        return headend.commands_of(
            command_ids=headend.lock_for_vendor(vendor_id=vendor_id, among=among, now=now)
        )

    with transaction.atomic(), people.as_the_system():
        seen = waiting_for_vendor(vendor_id=vendor_id, scope=scope, now=now)
        going = last_look(
            seen=[one for one in seen if one.command_id in command_ids],
            lock_due=lock_due,
            sending_takes=vendors.HANDED_FOR + MARGIN,
            now=now,
        )
        until = vendors.hand(
            vendor_id=vendor_id,
            meters={one.command_id: one.meter_id for one in going},
            now=now,
        )
        headend.hand_over(
            command_ids=[one.command_id for one in going], vendor_id=vendor_id, until=until
        )
    return tuple(
        HandedOut(
            command=replace(
                one, open_before=until if one.wanted is RelayWanted.OPEN else None
            ),
            held_until=until,
        )
        for one in going
    )


def hear_relays(
    *, told: Sequence[Told], vendor_id: int, scope: Scope | None, now: datetime
) -> Taken:
    """Take what a vendor tells of relays and meters, each event once.

    An event of no command is kept under its code and moves nothing. Joins the caller's
    transaction.
    """
    refusals = []
    taken = known = 0
    with transaction.atomic():
        meters = vendors.meters_of(
            vendor_id=vendor_id,
            serials=[one.meter_serial for one in told],
            scope=scope,
        )
        with people.as_the_system():
            vendors.hold_events(vendor_id=vendor_id)
            for one in told:
                if vendors.event_is_known(vendor_id=vendor_id, event_key=one.event_key):
                    known += 1
                    continue
                wrong = _hear_one(one, meters.get(one.meter_serial, ()), vendor_id, now)
                if wrong is None:
                    taken += 1
                else:
                    refusals.append(wrong)
    return Taken(taken=taken, known=known, refusals=tuple(refusals))


def take_up_unanswered(*, now: datetime) -> int:
    """Commands that vendors were silent on are tried anew; answer how many.

    A home that paid meanwhile is not kept dark by a vendor that says nothing.
    """
    many = 0
    while ids := headend.not_answered(now=now, limit=MOST_AT_ONCE):
        for command_id in ids:
            with transaction.atomic(durable=True):
                told = RelayTold(
                    command_id=command_id, is_closed=None, at=now, error=SILENT
                )
                _settle(told, headend.command_of(command_id=command_id), now)
        many += len(ids)
    return many


def _hear_one(
    one: Told, hung: Sequence[Hanging], vendor_id: int, now: datetime
) -> Refusal | None:
    if vendors.is_meter_event(one):
        return _keep_meter_event(one, hung, vendor_id, now)
    told = vendors.relay_told(told=one, now=now)
    if isinstance(told, Refusal):
        return told
    handed_at = vendors.first_handing(vendor_id=vendor_id, command_id=told.command_id)
    if not hung or handed_at is None:
        return _refusal(one, Refused.UNKNOWN_COMMAND, "You were handed no such command.")
    command = headend.command_of(command_id=told.command_id)
    if command.meter_id not in {meter.meter_id for meter in hung}:
        return _refusal(one, Refused.UNKNOWN_METER, "The command is another meter's.")
    last_at = vendors.last_event_at(meter_id=command.meter_id)
    if told.at < handed_at or (last_at is not None and told.at < last_at):
        return _refusal(
            one,
            Refused.TOO_OLD,
            "The relay was read back later than this, or you did not have the command yet.",
        )
    vendors.keep_event(
        vendor_id=vendor_id,
        event_key=one.event_key,
        meter_id=command.meter_id,
        told=told,
        now=now,
    )
    _settle(told, command, now)
    return None


def _keep_meter_event(
    one: Told, hung: Sequence[Hanging], vendor_id: int, now: datetime
) -> Refusal | None:
    told = vendors.meter_event_told(told=one, hung=hung, now=now)
    if isinstance(told, Refusal):
        return told
    vendors.keep_meter_event(
        vendor_id=vendor_id, event_key=one.event_key, told=told, now=now
    )
    return None


def _settle(told: RelayTold, command: Command, now: datetime) -> None:
    """End the attempt; where nothing was read back, money may have come meanwhile."""
    settle_outcome(
        outcome=RelayOutcome(
            command_id=told.command_id,
            is_closed=told.is_closed,
            at=min(told.at, now),
            error=told.error,
        ),
        now=now,
    )
    if told.is_closed is None:
        review_supply(connection_ids=[command.connection_id], now=now)


def _refusal(one: Told, code: Refused, reason: str) -> Refusal:
    return Refusal(place=one.place, meter_serial=one.meter_serial, code=code, reason=reason)

"""The queue of relay commands: each is sent, and sent again, until its relay is read back.

A command is claimed with its meter; its states are in `states`, its pauses in `rules`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from bijlighar.headend import rules
from bijlighar.headend._reads import LOCK_CLASS, claim_meters, wake_head_end
from bijlighar.headend.models import RelayCommand
from bijlighar.headend.states import NEXT
from bijlighar.headend.values import (
    Command,
    CommandState,
    NewCommand,
    RelayWanted,
    Withdrawn,
)
from bijlighar.kernel.sql import rows, statement


def queue(*, new: NewCommand, now: datetime) -> bool:
    """Put a relay command into the queue, once a source; answer whether it is new.

    Tells a waiting head-end at once, when the transaction commits.
    """
    with transaction.atomic():
        _, is_new = RelayCommand.objects.get_or_create(
            source=new.source,
            defaults={
                "meter_id": new.meter_id,
                "connection_id": new.connection_id,
                "wanted": new.wanted.value,
                "state": CommandState.QUEUED.value,
                "requested_at": now,
                "not_before": now,
            },
        )
        wake_head_end()
    return is_new


def due_commands(
    *,
    now: datetime,
    limit: int,
    own: int,
    in_flight: Sequence[int],
    among: Sequence[int] | None = None,
) -> tuple[Command, ...]:
    """Commands whose time has come, reconnections first.

    Among them are commands that were claimed by a process that lives no more, and those
    that this one (`own`) claimed but does not hold `in_flight`: it stumbled over them. With
    `among` (ids of commands) they are locked until the caller commits; those that another
    process has just locked are left out.
    """
    name = "due_commands" if among is None else "due_commands_locked"
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", name),
            {
                "now": now,
                "limit": limit,
                "lock_class": LOCK_CLASS,
                "own": own,
                "in_flight": list(in_flight),
                "among": None if among is None else list(among),
            },
        )
        ids = [row["id"] for row in rows(cursor)]
    found = {row.pk: row for row in RelayCommand.objects.filter(pk__in=ids)}
    return tuple(_command(found[pk]) for pk in ids)


def claim(*, commands: Sequence[Command], claimed_by: int, now: datetime) -> frozenset[int]:
    """These commands are being sent: nobody can cancel them any more; answer which are.

    `claimed_by` names a head-end process that holds its advisory lock (`HOLD_LOCK`). The
    caller holds the rows' locks (`due_commands` with `among`). Left as they are: those
    whose meter another living head-end is at. That one sends them, or this one when it is
    done.
    """
    mine = claim_meters(meter_ids=[one.meter_id for one in commands], own=claimed_by)
    sent = frozenset(one.command_id for one in commands if one.meter_id in mine)
    RelayCommand.objects.filter(pk__in=sent).update(
        state=CommandState.SENDING.value,
        claimed_by=claimed_by,
        attempts=F("attempts") + 1,
        not_before=now,
    )
    return sent


def withdraw(*, command_id: int, because: str, now: datetime) -> Withdrawn:
    """Withdraw a command that nobody is sending; answer what that means for the relay."""
    with transaction.atomic():
        row = RelayCommand.objects.select_for_update().get(pk=command_id)
        if CommandState.CANCELLED not in NEXT[CommandState(row.state)]:
            return Withdrawn.NOT_THERE
        row.state = CommandState.CANCELLED.value
        row.ended_at, row.last_error = now, because[:500]
        row.save()
    return Withdrawn.MAYBE_SENT if row.attempts else Withdrawn.UNSENT


def queued_disconnection(*, connection_id: int) -> Command | None:
    """A disconnection that waits to be sent, the first time or again."""
    row = RelayCommand.objects.filter(
        connection_id=connection_id,
        wanted=RelayWanted.OPEN.value,
        state=CommandState.QUEUED.value,
    ).first()
    return None if row is None else _command(row)


def command_of(*, command_id: int) -> Command:
    """One command as it now is."""
    return _command(RelayCommand.objects.get(pk=command_id))


def commands_of(*, command_ids: Sequence[int]) -> tuple[Command, ...]:
    """These commands as they now are, in the order asked for."""
    found = RelayCommand.objects.in_bulk(list(command_ids))
    return tuple(_command(found[one]) for one in command_ids)


def confirmed(*, command_id: int, now: datetime) -> Command | None:
    """The relay was read back as wished. None where somebody else said so before."""
    return _end(command_id, CommandState.CONFIRMED, now, "")


def unconfirmed(*, command_id: int, error: str, now: datetime) -> Command | None:
    """An attempt brought no proof: try again after a pause.

    After the sixth it is shown as failed. A disconnection is then given up; a reconnection
    never is: the home has paid.
    """
    with transaction.atomic():
        row = RelayCommand.objects.select_for_update().get(pk=command_id)
        if row.state != CommandState.SENDING.value:
            return None
        is_shown = row.attempts >= rules.MOST_ATTEMPTS
        is_over = is_shown and row.wanted == RelayWanted.OPEN.value
        row.state = (CommandState.FAILED if is_over else CommandState.QUEUED).value
        row.failed_at = row.failed_at or (now if is_shown else None)
        row.ended_at = now if is_over else None
        row.not_before = now + rules.retry_command_after(attempts=row.attempts)
        row.last_error = error[:500]
        row.save()
    return _command(row)


def failed_disconnections(*, meter_ids: Sequence[int]) -> tuple[Command, ...]:
    """The last commands of these meters, where they are disconnections given up."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.headend", "latest_failed"), {"meters": list(meter_ids)}
        )
        ids = [row["id"] for row in rows(cursor)]
    return tuple(
        _command(row) for row in RelayCommand.objects.filter(pk__in=ids).order_by("pk")
    )


def hurry(*, meter_ids: Sequence[int], now: datetime) -> int:
    """These meters were just heard: their waiting reconnections are due at once."""
    changed = RelayCommand.objects.filter(
        meter_id__in=meter_ids,
        wanted=RelayWanted.CLOSED.value,
        state=CommandState.QUEUED.value,
        not_before__gt=now,
    ).update(not_before=now)
    if changed:
        wake_head_end()
    return int(changed)


def next_command_at() -> datetime | None:
    """When the next waiting command may be sent; None where none waits.

    Those shown as failed are left out: they wait for their meter, not for the clock.
    """
    waiting = RelayCommand.objects.filter(
        state=CommandState.QUEUED.value, failed_at__isnull=True
    )
    first = waiting.order_by("not_before").first()
    return first.not_before if first else None


def count_waiting() -> int:
    """How many commands wait or are being sent."""
    waiting = [CommandState.QUEUED.value, CommandState.SENDING.value]
    return RelayCommand.objects.filter(state__in=waiting).count()


def _end(command_id: int, state: CommandState, now: datetime, error: str) -> Command | None:
    assert state in NEXT[CommandState.SENDING]
    changed = RelayCommand.objects.filter(
        pk=command_id, state=CommandState.SENDING.value
    ).update(state=state.value, ended_at=now, last_error=error[:500])
    return _command(RelayCommand.objects.get(pk=command_id)) if changed else None


def _command(row: RelayCommand) -> Command:
    return Command(
        command_id=row.pk,
        meter_id=row.meter_id,
        connection_id=row.connection_id,
        wanted=RelayWanted(row.wanted),
        state=CommandState(row.state),
        attempts=row.attempts,
        requested_at=row.requested_at,
        last_error=row.last_error,
    )

"""A relay command goes out under a last look; only the read-back says what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from bijlighar.connections import service as connections
from bijlighar.flow.review_supply import evidence_of, notice_to, review_supply, tell
from bijlighar.headend import service as headend
from bijlighar.headend.values import Command, RelayOutcome, RelayWanted
from bijlighar.kernel.money import format_rupees
from bijlighar.ledger import service as ledger
from bijlighar.notices.values import NewNotice, NoticeKind
from bijlighar.supply import service as supply

log = structlog.get_logger()

TOLD = {
    RelayWanted.OPEN: NoticeKind.DISCONNECTED,
    RelayWanted.CLOSED: NoticeKind.RECONNECTED,
}


def release(*, limit: int, claimed_by: int, now: datetime) -> tuple[Command, ...]:
    """Commands to be sent at once, claimed for the caller.

    A disconnection is looked at once more under the wallet's lock: one that a payment or
    the clock has overtaken is withdrawn here. A reconnection is never held back.
    """
    with transaction.atomic(durable=True):
        seen = headend.due_commands(now=now, limit=limit)
        if not seen:
            return ()
        # Wallets are always locked first, then supplies, then commands: see README.
        allowed = _may_still_be_cut(seen, now)
        due = headend.due_commands(
            now=now, limit=limit, among=[one.command_id for one in seen]
        )
        overtaken = [
            command
            for command in due
            if command.wanted is RelayWanted.OPEN and command.connection_id not in allowed
        ]
        for command in overtaken:
            _withdraw(command, now)
        going = tuple(command for command in due if command not in overtaken)
        headend.claim(
            command_ids=[command.command_id for command in going],
            claimed_by=claimed_by,
            now=now,
        )
    return going


def confirm_relay(*, outcome: RelayOutcome, now: datetime) -> None:
    """Take what an attempt brought: the relay as read back, or why it could not be."""
    with transaction.atomic(durable=True):
        command = _settle(outcome, now)
        if command is None or outcome.is_closed is None:
            return
        wanted_closed = command.wanted is RelayWanted.CLOSED
        if outcome.is_closed is not wanted_closed:
            return
        supply.read_back(
            connection_id=command.connection_id,
            is_closed=outcome.is_closed,
            because=f"relay command {command.command_id} was read back",
            now=now,
        )
        tell(new=[_news(command)], now=now)
        # A payment may have come, or the money gone, while the command was on its way.
        review_supply(connection_ids=[command.connection_id], now=now)


def _settle(outcome: RelayOutcome, now: datetime) -> Command | None:
    """End the attempt; the command as it then is, None where it had ended already."""
    command = headend.command_of(command_id=outcome.command_id)
    ledger.lock_balances(owner_ids=[command.connection_id])
    if outcome.is_closed is (command.wanted is RelayWanted.CLOSED):
        return headend.confirmed(command_id=outcome.command_id, now=now)
    error = outcome.error or "the relay did not move"
    log.warning("headend.relay.unconfirmed", command_id=outcome.command_id, why=error)
    return headend.unconfirmed(command_id=outcome.command_id, error=error, now=now)


def _may_still_be_cut(seen: Sequence[Command], now: datetime) -> frozenset[int]:
    """Lock the wallets of all these, and look at the disconnections once more."""
    ledger.lock_balances(owner_ids=[one.connection_id for one in seen])
    cuts = [one.connection_id for one in seen if one.wanted is RelayWanted.OPEN]
    if not cuts:
        return frozenset()
    return supply.still_to_disconnect(
        evidence=evidence_of(connection_ids=cuts, now=now),
        policy_name=settings.BIJLIGHAR["supply_policy"],
        now=now,
    )


def _withdraw(command: Command, now: datetime) -> None:
    because = "overtaken by a payment or by the hour"
    if headend.cancel_due(command_id=command.command_id, because=because, now=now):
        supply.cancelled(connection_id=command.connection_id, because=because, now=now)


def _news(command: Command) -> NewNotice:
    home = connections.homes(connection_ids=[command.connection_id])[0]
    held = ledger.balances_of(owner_ids=[command.connection_id])[command.connection_id]
    said = {
        RelayWanted.OPEN: {"due": format_rupees(max(-held.balance_paise, 0))},
        RelayWanted.CLOSED: {"balance": format_rupees(held.balance_paise)},
    }[command.wanted]
    return notice_to(
        home=home,
        kind=TOLD[command.wanted],
        source=f"relay:{command.command_id}",
        parameters={"consumer_number": home.consumer_number, **said},
    )

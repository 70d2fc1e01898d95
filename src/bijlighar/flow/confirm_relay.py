"""A relay command goes out under a last look; only the read-back says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from bijlighar.connections import service as connections
from bijlighar.flow.review_supply import (
    evidence_of,
    notice_to,
    review_supply,
    take_back,
    tell,
)
from bijlighar.headend import service as headend
from bijlighar.headend.values import Command, RelayOutcome, RelayWanted
from bijlighar.kernel.money import format_rupees
from bijlighar.ledger import service as ledger
from bijlighar.notices.values import NewNotice, NoticeKind
from bijlighar.supply import service as supply
from bijlighar.supply.values import ReadBack

log = structlog.get_logger()

OVERTAKEN = "overtaken by a payment, a protection or the hour"


def release(
    *,
    limit: int,
    own: int,
    in_flight: Sequence[int],
    now: datetime,
    sending_takes: timedelta,
) -> tuple[Command, ...]:
    """Commands to be sent at once, claimed for the caller, whose number is `own`.

    A disconnection is looked at once more under the wallet's lock: one that a payment, a
    protection or the clock has overtaken is taken back here. A reconnection is never held
    back.
    `sending_takes` is how long a relay may take to move once it is told to.
    """
    with transaction.atomic(durable=True):
        seen = headend.due_commands(now=now, limit=limit, own=own, in_flight=in_flight)
        if not seen:
            return ()

        def lock_due(command_ids: Sequence[int]) -> tuple[Command, ...]:
            return headend.due_commands(
                now=now, limit=limit, own=own, in_flight=in_flight, among=command_ids
            )

        going = last_look(
            seen=seen, lock_due=lock_due, sending_takes=sending_takes, now=now
        )
        mine = headend.claim(commands=going, claimed_by=own, now=now)
    last_moment = supply.last_moment_to_open(
        policy_name=settings.BIJLIGHAR["supply_policy"],
        now=now,
        sending_takes=sending_takes,
    )
    return tuple(
        replace(command, open_before=last_moment)
        for command in going
        if command.command_id in mine
    )


def last_look(
    *,
    seen: Sequence[Command],
    lock_due: Callable[[Sequence[int]], tuple[Command, ...]],
    sending_takes: timedelta,
    now: datetime,
) -> list[Command]:
    """Which of these commands may go, looked at under the wallets' locks; others are over.

    `lock_due` locks those of the given ids that are still due. Whoever sends or hands out
    comes through here: wallets are always locked first, then supplies, then commands.
    """
    allowed = _may_still_be_cut(seen, now, sending_takes)
    going = []
    for command in lock_due([one.command_id for one in seen]):
        if command.wanted is RelayWanted.CLOSED or command.connection_id in allowed:
            going.append(command)
        else:
            take_back(command=command, because=OVERTAKEN, now=now)
    return going


def confirm_relay(*, outcome: RelayOutcome, now: datetime) -> None:
    """Take what an attempt brought: the relay as read back, or why it could not be.

    What was read is the truth whatever has become of the command meanwhile.
    """
    with transaction.atomic(durable=True):
        settle_outcome(outcome=outcome, now=now)


def settle_outcome(*, outcome: RelayOutcome, now: datetime) -> None:
    """The same, in the caller's transaction."""
    with transaction.atomic():
        command = headend.command_of(command_id=outcome.command_id)
        ledger.lock_balances(owner_ids=[command.connection_id])
        _settle(command, outcome, now)
        if outcome.is_closed is None:
            return
        read = supply.read_back(
            connection_id=command.connection_id,
            is_closed=outcome.is_closed,
            because=f"read back for relay command {command.command_id}",
            now=outcome.at,
        )
        if read.went_dark or read.came_back:
            tell(new=[_news(command, read)], now=now)
        # A payment may have come, or the money gone, while the command was on its way.
        review_supply(connection_ids=[command.connection_id], now=now)


def _settle(command: Command, outcome: RelayOutcome, now: datetime) -> None:
    """End the attempt; one that had ended already is left alone."""
    if outcome.is_closed is (command.wanted is RelayWanted.CLOSED):
        headend.confirmed(command_id=command.command_id, now=now)
        return
    error = outcome.error or "the relay did not move"
    log.warning("headend.relay.unconfirmed", command_id=command.command_id, why=error)
    headend.unconfirmed(command_id=command.command_id, error=error, now=now)


def _may_still_be_cut(
    seen: Sequence[Command], now: datetime, sending_takes: timedelta
) -> frozenset[int]:
    """Lock the wallets of all these, and look at the disconnections once more."""
    ledger.lock_balances(owner_ids=[one.connection_id for one in seen])
    cuts = [one.connection_id for one in seen if one.wanted is RelayWanted.OPEN]
    if not cuts:
        return frozenset()
    return supply.still_to_disconnect(
        evidence=evidence_of(connection_ids=cuts, now=now),
        policy_name=settings.BIJLIGHAR["supply_policy"],
        now=now,
        sending_takes=sending_takes,
    )


def _news(command: Command, read: ReadBack) -> NewNotice:
    home = connections.homes(connection_ids=[command.connection_id])[0]
    held = ledger.balances_of(owner_ids=[command.connection_id])[command.connection_id]
    kind = NoticeKind.DISCONNECTED if read.went_dark else NoticeKind.RECONNECTED
    said = (
        {"due": format_rupees(max(-held.balance_paise, 0))}
        if read.went_dark
        else {"balance": format_rupees(held.balance_paise)}
    )
    return notice_to(
        home=home,
        kind=kind,
        source=f"{kind}:{command.command_id}",
        parameters={"consumer_number": home.consumer_number, **said},
    )

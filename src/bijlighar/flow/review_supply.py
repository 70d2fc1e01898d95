"""Balances against the policy: who is warned, who may be cut, who is lit again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from bijlighar.charges import service as charges
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home, PaymentMode
from bijlighar.flow import later
from bijlighar.headend import service as headend
from bijlighar.headend.values import Command, NewCommand, RelayWanted, Withdrawn
from bijlighar.kernel.ist import day_ends, day_starts, in_ist, supply_day_of
from bijlighar.kernel.money import format_rupees
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Balance
from bijlighar.notices import service as notices
from bijlighar.notices.values import NewNotice, NoticeKind
from bijlighar.payments import service as payments
from bijlighar.supply import service as supply
from bijlighar.supply.values import Decision, Evidence, RelayAction

log = structlog.get_logger()

WANTED = {
    RelayAction.DISCONNECT: RelayWanted.OPEN,
    RelayAction.RECONNECT: RelayWanted.CLOSED,
}


def review_supply(*, connection_ids: Sequence[int], now: datetime) -> tuple[Decision, ...]:
    """Review these supplies: queue commands, withdraw them, tell consumers.

    Reads the balances under lock, so that a payment that commits first is seen and one
    that comes later sees what was queued here. Joins the caller's transaction.
    Connections that have no meter yet are passed over.
    """
    with transaction.atomic():
        balances = ledger.lock_balances(owner_ids=connection_ids)
        homes = {
            h.connection_id: h for h in connections.homes(connection_ids=connection_ids)
        }
        reviewed = supply.review(
            evidence=_evidence_from(
                {i: held for i, held in balances.items() if i in homes}, now
            ),
            policy_name=settings.BIJLIGHAR["supply_policy"],
            now=now,
        )
        for decision in reviewed.decisions:
            _act(decision, homes[decision.connection_id], now)
        tell(
            new=[
                _warning(d, homes, balances)
                for d in reviewed.decisions
                if d.warnings_percent
            ],
            now=now,
        )
    return reviewed.decisions


def tell(*, new: Sequence[NewNotice], now: datetime) -> None:
    """Queue notices and their sending, with the caller's transaction."""
    if new:
        later.send_notices(notice_ids=notices.queue(notices=new, now=now))


def take_back(*, command: Command, because: str, now: datetime) -> None:
    """Withdraw a disconnection that nobody is sending.

    One that was tried before may have opened the relay: it is turned round, and the relay
    is read and closed. The caller holds the wallet's lock.
    """
    withdrawn = headend.withdraw(command_id=command.command_id, because=because, now=now)
    connection_id = command.connection_id
    if withdrawn is Withdrawn.NOT_THERE or not supply.is_disconnecting(
        connection_id=connection_id
    ):
        log.warning("headend.relay.nothing_to_take_back", command_id=command.command_id)
        return
    if withdrawn is Withdrawn.UNSENT:
        supply.cancelled(connection_id=connection_id, because=because, now=now)
        return
    supply.turned_round(connection_id=connection_id, because=because, now=now)
    _queue(command.meter_id, connection_id, RelayWanted.CLOSED, now)


def evidence_of(*, connection_ids: Sequence[int], now: datetime) -> list[Evidence]:
    """What decisions about these supplies rest on, the wallets locked."""
    return _evidence_from(ledger.lock_balances(owner_ids=connection_ids), now)


def notice_to(
    *, home: Home, kind: NoticeKind, source: str, parameters: Mapping[str, str]
) -> NewNotice:
    """A notice to the primary number of a connection, in the language it chose."""
    return NewNotice(
        kind=kind,
        source=source,
        connection_id=home.connection_id,
        consumer_number=home.consumer_number,
        mobile=home.mobile,
        language=home.language,
        parameters=parameters,
    )


def _evidence_from(balances: Mapping[int, Balance], now: datetime) -> list[Evidence]:
    ids = sorted(balances)
    facts = connections.facts_on(connection_ids=ids, day=supply_day_of(now))
    recharges = payments.last_recharges(connection_ids=ids)
    openings = ledger.opening_of(owner_ids=[i for i in ids if i not in recharges])
    charged = charges.charged_through(connection_ids=ids)
    shocks = charges.shocks_of(connection_ids=ids, today=supply_day_of(now))
    protections = connections.protections_on(connection_ids=ids, now=now)
    return [
        Evidence(
            connection_id=i,
            balance_paise=balances[i].balance_paise,
            balance_as_of=balances[i].as_of,
            last_recharge_paise=(
                recharges[i].amount_paise if i in recharges else openings.get(i)
            ),
            recharge_key=recharges[i].key if i in recharges else "opening",
            charged_through_end_at=day_ends(charged[i]) if i in charged else None,
            is_prepaid=facts[i].payment_mode is PaymentMode.PREPAID,
            mode_since_at=day_starts(facts[i].mode_since),
            held_back_paise=shocks[i].paise if i in shocks else 0,
            is_protected=i in protections,
        )
        for i in ids
    ]


def _act(decision: Decision, home: Home, now: datetime) -> None:
    if decision.cancel_disconnection:
        waiting = headend.queued_disconnection(connection_id=home.connection_id)
        if waiting is not None:
            take_back(command=waiting, because=decision.because, now=now)
    if decision.action is not None:
        _queue(home.meter_id, home.connection_id, WANTED[decision.action], now)


def _queue(meter_id: int, connection_id: int, wanted: RelayWanted, now: datetime) -> None:
    """Queue the command that the last change of a supply asks for."""
    headend.queue(
        new=NewCommand(
            meter_id=meter_id,
            connection_id=connection_id,
            wanted=wanted,
            source=supply.last_change_key(connection_id=connection_id),
        ),
        now=now,
    )


def _warning(
    decision: Decision, homes: Mapping[int, Home], balances: Mapping[int, Balance]
) -> NewNotice:
    """Only the lowest threshold that was crossed is told: one message says enough."""
    home = homes[decision.connection_id]
    percent = min(decision.warnings_percent)
    balance_paise = balances[home.connection_id].balance_paise
    parameters = {"consumer_number": home.consumer_number}
    if percent == 0 and decision.emergency_ends_at is not None:
        kind = NoticeKind.BALANCE_USED_UP
        parameters["due"] = format_rupees(-balance_paise)
        parameters["until"] = f"{in_ist(decision.emergency_ends_at):%d-%m-%Y, %H:%M}"
    else:
        kind = NoticeKind.LOW_BALANCE
        parameters["balance"] = format_rupees(balance_paise)
        parameters["percent"] = str(percent)
    return notice_to(
        home=home,
        kind=kind,
        source=f"warning:{home.connection_id}:{decision.recharge_key}:{percent}",
        parameters=parameters,
    )

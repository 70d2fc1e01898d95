"""Recharged and still dark: where it stands, found by asking every part of the chain.

Payment → webhook → wallet → balance → supply → command → meter → network. What can be put
right without danger is put right on the spot: the gateway is asked again about money that
we were never told of, and a home that has paid is queued to be lit. Nothing here ever
queues a disconnection: a supply is looked at again only where it is off, or is about to be,
and has its money, while the wallet's lock is held.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction

from bijlighar.complaints import service as complaints
from bijlighar.complaints.values import (
    Answering,
    CommandSeen,
    DarkEvidence,
    Diagnosis,
    GatewaySaid,
    OutageSeen,
    RechargeSeen,
)
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home, PaymentMode
from bijlighar.flow.ask_gateway import Said, ask_gateway
from bijlighar.flow.review_supply import review_supply
from bijlighar.grid import service as grid
from bijlighar.grid.values import Kind
from bijlighar.headend import service as headend
from bijlighar.kernel.ist import supply_day_of
from bijlighar.ledger import service as ledger
from bijlighar.outages import service as outages
from bijlighar.outages.values import OutageKind
from bijlighar.payments import service as payments
from bijlighar.payments.values import OrderSeen, RechargeState
from bijlighar.supply import service as supply
from bijlighar.supply.values import SupplyState

log = structlog.get_logger()

RECHARGES_LOOKED_AT = timedelta(days=7)
"""A recharge started before that has long been settled or refused."""

_SAID = {
    Said.CAPTURED: GatewaySaid.CAPTURED,
    Said.REFUSED: GatewaySaid.REFUSED,
    Said.PENDING: GatewaySaid.NOTHING,
    Said.NOTHING: GatewaySaid.NOTHING,
    Said.SILENT: GatewaySaid.SILENT,
}


def diagnose_dark(*, connection_id: int, now: datetime) -> Diagnosis:
    """Where a home stands that recharged and is dark; nothing is changed."""
    return complaints.diagnose(
        evidence=_evidence(_home(connection_id), now, said={}, credited=(), queued=False)
    )


def mend_dark(*, connection_id: int, now: datetime) -> Diagnosis:
    """The same, and what can be put right at once is put right.

    Asks the gateway, so it runs in no transaction; each repair is one of its own, and safe
    to repeat. A meter is asked for a sign of life soon.
    """
    assert not connection.in_atomic_block, "the network is asked here"
    home = _home(connection_id)
    said, credited = _ask_gateway(connection_id, now)
    queued = _light_again(connection_id, now)
    headend.hurry(meter_ids=[home.meter_id], now=now)
    headend.read_soon(now=now, meter_ids=[home.meter_id])
    found = complaints.diagnose(
        evidence=_evidence(home, now, said=said, credited=credited, queued=queued)
    )
    log.info(
        "complaints.dark.diagnosed",
        connection_id=connection_id,
        cause=found.cause.value,
        is_mended=found.is_mended,
    )
    return found


def _home(connection_id: int) -> Home:
    found = connections.homes(connection_ids=[connection_id])
    if not found:
        raise connections.UnknownConsumer("This connection has no meter.")
    return found[0]


def _ask_gateway(
    connection_id: int, now: datetime
) -> tuple[dict[str, GatewaySaid], tuple[str, ...]]:
    """What the gateway says of recharges nobody told us the end of; and those credited."""
    said: dict[str, GatewaySaid] = {}
    credited: list[str] = []
    for order in _orders(connection_id, now):
        if order.state is not RechargeState.CREATED:
            continue
        answered = ask_gateway(order_id=order.order_id, now=now)
        said[order.order_id] = _SAID[answered.said]
        if answered.is_credited_now:
            credited.append(order.order_id)
    return said, tuple(credited)


def _light_again(connection_id: int, now: datetime) -> bool:
    """Let a supply with its money be lit, or not be cut; whether a command is new."""
    with transaction.atomic(durable=True):
        ledger.lock_balances(owner_ids=[connection_id])
        state = supply.state_of(connection_id=connection_id).state
        is_dark = state in (SupplyState.OFF, SupplyState.DISCONNECTING)
        if not is_dark or _needed_paise(connection_id, now):
            return False
        before = headend.waiting_command(connection_id=connection_id)
        review_supply(connection_ids=[connection_id], now=now)
        after = headend.waiting_command(connection_id=connection_id)
    return after is not None and after != before


def _evidence(
    home: Home,
    now: datetime,
    *,
    said: dict[str, GatewaySaid],
    credited: tuple[str, ...],
    queued: bool,
) -> DarkEvidence:
    i = home.connection_id
    contact = headend.contact_with(meter_id=home.meter_id)
    transformer, feeder = _around(home.transformer_id, now)
    return DarkEvidence(
        recharge=_recharge(_orders(i, now), said, credited),
        balance_paise=ledger.balances_of(owner_ids=[i])[i].balance_paise,
        needed_paise=_needed_paise(i, now),
        is_lit=supply.state_of(connection_id=i).state is SupplyState.ON,
        command=_command(i, queued=queued),
        meter_is_silent=contact.failures_in_a_row > 0,
        last_heard_at=contact.last_heard_at,
        transformer=transformer,
        feeder=feeder,
        outage=_outage(home, now),
    )


def _orders(connection_id: int, now: datetime) -> tuple[OrderSeen, ...]:
    return payments.orders_since(
        connection_id=connection_id, since=now - RECHARGES_LOOKED_AT
    )


def _recharge(
    orders: tuple[OrderSeen, ...],
    said: dict[str, GatewaySaid],
    credited: tuple[str, ...],
) -> RechargeSeen | None:
    """The recharge the consumer means: one credited just now, else the last one."""
    meant = next((one for one in orders if one.order_id in credited), None)
    meant = meant or next(iter(orders), None)
    if meant is None:
        return None
    return RechargeSeen(
        amount_paise=meant.amount_paise,
        started_at=meant.created_at,
        is_credited=meant.state is RechargeState.PAID,
        has_failed=meant.state is RechargeState.FAILED,
        gateway_said=said.get(meant.order_id, GatewaySaid.NOT_ASKED),
        was_credited_now=meant.order_id in credited,
    )


def _needed_paise(connection_id: int, now: datetime) -> int:
    """The recharge that brings supply back; 0 where no money stands in the way."""
    held = ledger.balances_of(owner_ids=[connection_id])[connection_id]
    facts = connections.facts_on(connection_ids=[connection_id], day=supply_day_of(now))
    protected = connections.protections_on(connection_ids=[connection_id], now=now)
    is_prepaid = facts[connection_id].payment_mode is PaymentMode.PREPAID
    if not is_prepaid or connection_id in protected:
        return 0
    return payments.least_recharge_paise(
        balance_paise=held.balance_paise,
        level_paise=supply.money_needed_paise(
            policy_name=settings.BIJLIGHAR["supply_policy"]
        ),
    )


def _command(connection_id: int, *, queued: bool) -> CommandSeen | None:
    waiting = headend.waiting_command(connection_id=connection_id)
    if waiting is None:
        return None
    return CommandSeen(
        attempts=waiting.attempts,
        requested_at=waiting.requested_at,
        is_shown_as_failed=waiting.is_shown_as_failed,
        was_queued_now=queued,
    )


def _around(transformer_id: int, now: datetime) -> tuple[Answering, Answering]:
    """How the meters below the same transformer answer, and those of the same feeder."""
    path = grid.path_on(node_id=transformer_id, day=supply_day_of(now))
    feeder = next((node.node_id for node in path if node.kind is Kind.FEEDER), None)
    return _answering(transformer_id), _answering(feeder or transformer_id)


def _answering(node_id: int) -> Answering:
    found = headend.answering_below(node_id=node_id)
    return Answering(meters=found.meters, silent=found.silent)


def _outage(home: Home, now: datetime) -> OutageSeen | None:
    held = outages.open_outage(at=now, connection_id=home.connection_id)
    if held is None:
        return None
    return OutageSeen(
        is_planned=held.kind is OutageKind.PLANNED,
        is_whole_feeder=held.node_id != home.transformer_id,
        until=held.until,
    )

"""Where a home stands that recharged and is dark: the chain from payment to light; pure.

The cause is the first link that is wrong. A home whose relay is closed has its light from
us as far as the meter: then only meter, network and house are left. A meter that does not
answer proves little by itself, so its neighbours are looked at: where none of two or more
answers, it is what they hang on.
"""

from __future__ import annotations

from bijlighar.complaints.values import (
    DarkCause,
    DarkEvidence,
    Diagnosis,
    GatewaySaid,
    Link,
    RechargeSeen,
    Stand,
)

_LINK = {
    DarkCause.NO_RECHARGE: Link.PAYMENT,
    DarkCause.PAYMENT_OPEN: Link.PAYMENT,
    DarkCause.GATEWAY_SILENT: Link.PAYMENT,
    DarkCause.PAYMENT_FAILED: Link.PAYMENT,
    DarkCause.WEBHOOK_LOST: Link.WALLET,
    DarkCause.TOO_LITTLE: Link.BALANCE,
    DarkCause.NOT_QUEUED: Link.COMMAND,
    DarkCause.COMMAND_WAITS: Link.COMMAND,
    DarkCause.COMMAND_UNANSWERED: Link.COMMAND,
    DarkCause.METER_SILENT: Link.METER,
    DarkCause.TRANSFORMER_OUT: Link.NETWORK,
    DarkCause.FEEDER_OUT: Link.NETWORK,
    DarkCause.PLANNED_OUTAGE: Link.NETWORK,
    DarkCause.HOUSE: Link.NETWORK,
}
"""Which link each cause is about."""

NEEDS_A_PERSON = frozenset(
    {
        DarkCause.COMMAND_UNANSWERED,
        DarkCause.METER_SILENT,
        DarkCause.TRANSFORMER_OUT,
        DarkCause.FEEDER_OUT,
        DarkCause.HOUSE,
    }
)
"""Causes that do not mend themselves; the others need money, a bank, or a moment."""

MENDABLE = frozenset({DarkCause.WEBHOOK_LOST, DarkCause.NOT_QUEUED})
"""Causes that the product puts right by itself as soon as it finds them."""

NETWORK = frozenset(
    {DarkCause.TRANSFORMER_OUT, DarkCause.FEEDER_OUT, DarkCause.PLANNED_OUTAGE}
)
"""Causes that a whole neighbourhood shares."""

_GATEWAY = {
    GatewaySaid.NOT_ASKED: DarkCause.PAYMENT_OPEN,
    GatewaySaid.NOTHING: DarkCause.PAYMENT_OPEN,
    GatewaySaid.CAPTURED: DarkCause.WEBHOOK_LOST,
    GatewaySaid.REFUSED: DarkCause.PAYMENT_FAILED,
    GatewaySaid.SILENT: DarkCause.GATEWAY_SILENT,
}


def diagnose(*, evidence: DarkEvidence) -> Diagnosis:
    """The cause, and how each link of the chain is."""
    cause = _cause(evidence)
    is_mended = _is_mended(evidence, cause)
    return Diagnosis(
        cause=cause,
        links=_links(evidence, cause, is_mended=is_mended),
        is_mended=is_mended,
        needs_a_person=cause in NEEDS_A_PERSON or (cause in MENDABLE and not is_mended),
        amount_paise=_amount(evidence, cause),
        until=evidence.outage.until if evidence.outage and cause in NETWORK else None,
    )


def _cause(evidence: DarkEvidence) -> DarkCause:
    if evidence.is_lit:
        return _behind_the_relay(evidence) or DarkCause.HOUSE
    if evidence.needed_paise:
        return _without_money(evidence.recharge)
    recharge, command = evidence.recharge, evidence.command
    behind = _behind_the_relay(evidence)
    if behind is not None:
        return behind
    if recharge is not None and recharge.was_credited_now:
        return DarkCause.WEBHOOK_LOST
    if command is None or command.was_queued_now:
        return DarkCause.NOT_QUEUED
    if command.attempts or command.is_shown_as_failed:
        return DarkCause.COMMAND_UNANSWERED
    return DarkCause.COMMAND_WAITS


def _is_mended(evidence: DarkEvidence, cause: DarkCause) -> bool:
    recharge, command = evidence.recharge, evidence.command
    if cause is DarkCause.WEBHOOK_LOST:
        return recharge is not None and recharge.was_credited_now
    return cause is DarkCause.NOT_QUEUED and command is not None


def _without_money(recharge: RechargeSeen | None) -> DarkCause:
    """Why a home without enough balance has none."""
    if recharge is None:
        return DarkCause.NO_RECHARGE
    if recharge.is_credited:
        return DarkCause.TOO_LITTLE
    if recharge.has_failed:
        return DarkCause.PAYMENT_FAILED
    return _GATEWAY[recharge.gateway_said]


def _behind_the_relay(evidence: DarkEvidence) -> DarkCause | None:
    """What the network or the meter shows; None where both are well."""
    outage = evidence.outage
    if outage is not None and outage.is_planned:
        return DarkCause.PLANNED_OUTAGE
    if evidence.feeder.is_out and evidence.feeder.meters > evidence.transformer.meters:
        return DarkCause.FEEDER_OUT
    if outage is not None:
        return DarkCause.FEEDER_OUT if outage.is_whole_feeder else DarkCause.TRANSFORMER_OUT
    if evidence.transformer.is_out:
        return DarkCause.TRANSFORMER_OUT
    return DarkCause.METER_SILENT if evidence.meter_is_silent else None


def _links(
    evidence: DarkEvidence, cause: DarkCause, *, is_mended: bool
) -> dict[Link, Stand]:
    """Every link in order: fine before the one that is wrong, not reached after it."""
    chain = tuple(Link)
    broken = chain.index(_LINK[cause])
    stands = {
        link: Stand.FINE if place < broken else Stand.NOT_REACHED
        for place, link in enumerate(chain)
    }
    stands[chain[broken]] = Stand.MENDED if is_mended else Stand.BROKEN
    if cause is DarkCause.HOUSE:
        stands[Link.NETWORK] = Stand.FINE
    elif cause in NETWORK and evidence.meter_is_silent:
        stands[Link.METER] = Stand.BROKEN
    if evidence.recharge is not None and evidence.recharge.was_credited_now:
        stands[Link.WALLET] = Stand.MENDED
    return stands


def _amount(evidence: DarkEvidence, cause: DarkCause) -> int:
    if cause in (DarkCause.TOO_LITTLE, DarkCause.NO_RECHARGE):
        return evidence.needed_paise
    return evidence.recharge.amount_paise if evidence.recharge is not None else 0

"""The whole cut-off decision, top to bottom; pure.

Reconnection comes first and asks for nothing but money or a protection: no window, no age
of evidence and no holiday ever keeps a home dark that has paid, or a hospital at all.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bijlighar.supply.policy import Policy
from bijlighar.supply.values import Decision, Evidence, RelayAction, SupplyState

SENDING_TAKES = timedelta(minutes=10)
"""Longer than a relay command can be on its way."""
PROTECTED = "the connection is protected"
"""Source: security reference C8."""


def review(
    *,
    evidence: Evidence,
    state: SupplyState,
    emergency_ends_at: datetime | None,
    warned_percent: frozenset[int],
    policy: Policy,
    now: datetime,
) -> Decision:
    """Decide what should happen to one supply at this moment.

    `warned_percent` are the thresholds told already since the last recharge;
    `emergency_ends_at` is when running emergency credit ends, None when none runs.
    """
    has_money = _has_money(evidence, policy)
    may_stay = has_money or evidence.is_protected
    # While a protection holds, no credit runs: it starts whole when the protection ends.
    emergency = None if may_stay else emergency_ends_at or now + policy.emergency_credit
    action, because = _action(evidence, state, emergency, policy, now)
    return Decision(
        connection_id=evidence.connection_id,
        action=action,
        cancel_disconnection=state is SupplyState.DISCONNECTING and may_stay,
        warnings_percent=(
            _newly_crossed(evidence, warned_percent, policy)
            if _can_heed(state, emergency, now)
            else ()
        ),
        recharge_key=evidence.recharge_key,
        emergency_ends_at=emergency,
        because=because,
    )


def may_still_be_disconnected(
    *,
    evidence: Evidence,
    emergency_ends_at: datetime | None,
    policy: Policy,
    now: datetime,
    sending_takes: timedelta = SENDING_TAKES,
) -> bool:
    """Whether a disconnection that was decided before may be sent at this moment.

    Everything that the decision rested on is asked again, money first. A relay takes a
    while to answer: the hour must still be right when it does.
    """
    if _has_money(evidence, policy) or emergency_ends_at is None:
        return False
    return _why_not_yet(
        evidence, emergency_ends_at, policy, now
    ) is None and policy.allows_disconnection_at(now + sending_takes)


def _has_money(evidence: Evidence, policy: Policy) -> bool:
    """Whether the balance keeps a supply on: what a threshold of the tariff took at once is
    not held against it while the order holds it back. Source: tariffs reference 5.3."""
    held = evidence.balance_paise + evidence.held_back_paise
    return held > policy.disconnect_below_paise


def _action(
    evidence: Evidence,
    state: SupplyState,
    emergency_ends_at: datetime | None,
    policy: Policy,
    now: datetime,
) -> tuple[RelayAction | None, str]:
    """What the relay should do, and the sentence that says why."""
    if state is SupplyState.OFF:
        if evidence.balance_paise > policy.reconnect_from_paise:
            return RelayAction.RECONNECT, "the balance is above zero again"
        if evidence.is_protected:
            return RelayAction.RECONNECT, PROTECTED
        if not evidence.is_prepaid:
            return RelayAction.RECONNECT, "the connection is postpaid"
        return None, "off until the balance is above zero"
    if state is not SupplyState.ON or emergency_ends_at is None:
        return None, _left_alone(evidence, state, emergency_ends_at)
    reason = _why_not_yet(evidence, emergency_ends_at, policy, now)
    if reason is not None:
        return None, reason
    return RelayAction.DISCONNECT, "the balance and the emergency credit are used up"


def _left_alone(
    evidence: Evidence, state: SupplyState, emergency_ends_at: datetime | None
) -> str:
    """Why nothing new is asked: the words of a disconnection's withdrawal among them."""
    if evidence.is_protected:
        return PROTECTED
    if state is SupplyState.DISCONNECTING and emergency_ends_at is None:
        return "a payment came first"
    return "nothing to do"


def _why_not_yet(
    evidence: Evidence, emergency_ends_at: datetime, policy: Policy, now: datetime
) -> str | None:
    """What stands between a used-up balance and a disconnection; None if nothing does."""
    reasons = (
        (evidence.is_protected, PROTECTED),
        (not evidence.is_prepaid, "the connection is postpaid"),
        (
            now < evidence.mode_since_at + policy.grace_after_conversion,
            "the grace period after the change to prepaid runs",
        ),
        (now < emergency_ends_at, "emergency credit runs"),
        (
            evidence.charged_through_end_at is None
            or now - evidence.charged_through_end_at > policy.evidence_at_most,
            "the last reading is too old to disconnect on",
        ),
        (
            not policy.allows_disconnection_at(now),
            "nobody is disconnected at this hour or on this day",
        ),
    )
    return next((sentence for holds, sentence in reasons if holds), None)


def _can_heed(
    state: SupplyState, emergency_ends_at: datetime | None, now: datetime
) -> bool:
    """Whether a warning still warns: not of what has happened, nor of a time gone by."""
    is_lit = state in (SupplyState.ON, SupplyState.RECONNECTING)
    return is_lit and (emergency_ends_at is None or now < emergency_ends_at)


def _newly_crossed(
    evidence: Evidence, warned_percent: frozenset[int], policy: Policy
) -> tuple[int, ...]:
    """Thresholds at or below which the balance now lies and that nobody was told of."""
    if not evidence.is_prepaid:
        return ()
    # Who never recharged has no base for percentages: every threshold is then zero.
    base = 0 if evidence.last_recharge_paise is None else evidence.last_recharge_paise
    return tuple(
        percent
        for percent in policy.warn_at_percent
        if evidence.balance_paise * 100 <= base * percent and percent not in warned_percent
    )

"""Supplies: review them against the policy, and let only the relay say what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from bijlighar.kernel.sql import rows, statement
from bijlighar.supply import rules, states
from bijlighar.supply.models import LowBalanceWarning, Supply, SupplyChange
from bijlighar.supply.policy import Policy, policy_named
from bijlighar.supply.states import SupplyEvent
from bijlighar.supply.values import (
    Decision,
    Evidence,
    ReadBack,
    RelayAction,
    Reviewed,
    SupplyNow,
    SupplyState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grounds:
    """Why a supply changed, kept with the change."""

    because: str
    policy: str
    balance_paise: int | None = None
    balance_as_of: datetime | None = None


def open_supplies(*, connection_ids: Sequence[int], now: datetime) -> None:
    """Start to look after the supply of these connections: lit, as installed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            statement("bijlighar.supply", "open_supplies"),
            {
                "connections": sorted(set(connection_ids)),
                "state": SupplyState.ON.value,
                "now": now,
            },
        )


def review(*, evidence: Sequence[Evidence], policy_name: str, now: datetime) -> Reviewed:
    """Decide on each supply and keep what was decided.

    The caller queues a command for each decision with an action, cancels what
    `cancel_disconnection` names, and tells consumers of `warnings_percent`: all in the
    transaction that this runs in. Decisions in which nothing happens are left out.
    """
    policy = policy_named(policy_name)
    with transaction.atomic():
        supplies = _locked([one.connection_id for one in evidence])
        warned = _warned(evidence)
        decisions = [
            rules.review(
                evidence=one,
                state=SupplyState(supplies[one.connection_id].state),
                emergency_ends_at=supplies[one.connection_id].emergency_ends_at,
                warned_percent=warned.get(
                    (one.connection_id, one.recharge_key), frozenset()
                ),
                policy=policy,
                now=now,
            )
            for one in evidence
        ]
        for one, decision in zip(evidence, decisions, strict=True):
            _keep(supplies[one.connection_id], one, decision, policy, now)
    return Reviewed(decisions=tuple(d for d in decisions if _is_news(d)))


def cancelled(*, connection_id: int, because: str, now: datetime) -> SupplyNow:
    """A disconnection was withdrawn that the meter never heard of: lit as before."""
    return _happened(connection_id, SupplyEvent.DISCONNECTION_CANCELLED, because, now)


def turned_round(*, connection_id: int, because: str, now: datetime) -> SupplyNow:
    """A disconnection was withdrawn that may have been sent: lit it shall be.

    What the relay is, nobody knows before it is read; the caller queues that.
    """
    return _happened(connection_id, SupplyEvent.RECONNECTION_ASKED, because, now)


def read_back(
    *, connection_id: int, is_closed: bool, because: str, now: datetime
) -> ReadBack:
    """The relay was read: this, and nothing else, is what the supply is."""
    event = SupplyEvent.READ_BACK_CLOSED if is_closed else SupplyEvent.READ_BACK_OPEN
    with transaction.atomic():
        supply = _locked([connection_id])[connection_id]
        before, was_off = SupplyState(supply.state), _was_off(supply)
        _move(supply, event, _Grounds(because=because, policy=""), now)
    after = SupplyState(supply.state)
    return ReadBack(
        state=after,
        went_dark=after is SupplyState.OFF and before is not SupplyState.OFF,
        came_back=after is SupplyState.ON and was_off,
    )


def is_disconnecting(*, connection_id: int) -> bool:
    """Whether a disconnection was asked for and is neither read back nor withdrawn."""
    state = Supply.objects.values_list("state", flat=True).get(pk=connection_id)
    return state == SupplyState.DISCONNECTING.value


def state_of(*, connection_id: int) -> SupplyNow:
    """The state of one supply."""
    return _now(Supply.objects.get(pk=connection_id))


def last_change_key(*, connection_id: int) -> str:
    """Names the last change of a supply: a command that it asks for is queued once."""
    last = SupplyChange.objects.filter(connection_id=connection_id).order_by("-id").first()
    assert last is not None, "a command is asked for by a change"
    return f"supply change {last.pk}"


def still_to_disconnect(
    *,
    evidence: Sequence[Evidence],
    policy_name: str,
    now: datetime,
    sending_takes: timedelta = rules.SENDING_TAKES,
) -> frozenset[int]:
    """Which of these connections may be disconnected at this very moment.

    The last look before a relay opens: the caller holds the wallets' locks.
    """
    policy = policy_named(policy_name)
    with transaction.atomic():
        supplies = _locked([one.connection_id for one in evidence])
        return frozenset(
            one.connection_id
            for one in evidence
            if supplies[one.connection_id].state == SupplyState.DISCONNECTING.value
            and rules.may_still_be_disconnected(
                evidence=one,
                emergency_ends_at=supplies[one.connection_id].emergency_ends_at,
                policy=policy,
                now=now,
                sending_takes=sending_takes,
            )
        )


def last_moment_to_open(
    *, policy_name: str, now: datetime, sending_takes: timedelta = rules.SENDING_TAKES
) -> datetime:
    """After this instant no relay may be opened any more on the day that `now` lies in."""
    return policy_named(policy_name).window_ends_after(now) - sending_takes


def money_needed_paise(*, policy_name: str) -> int:
    """Above this balance a supply stays on, or comes back."""
    policy = policy_named(policy_name)
    return max(policy.disconnect_below_paise, policy.reconnect_from_paise)


def count_disconnections() -> int:
    """How often a relay was read back open that had been closed."""
    return len(times_of_disconnections())


def count_disconnections_outside_window(*, policy_name: str) -> int:
    """Disconnections read back when the policy's clock or calendar forbade them: none."""
    policy = policy_named(policy_name)
    times = times_of_disconnections()
    return sum(not policy.allows_disconnection_at(at) for at in times)


def count_reconnections() -> int:
    """How often a home that was off was read back lit."""
    with connection.cursor() as cursor:
        cursor.execute(statement("bijlighar.supply", "count_reconnections"))
        return int(rows(cursor)[0]["reconnections"])


def times_of_disconnections() -> tuple[datetime, ...]:
    """When each disconnection was read back: proof that none lay outside the window."""
    return tuple(
        SupplyChange.objects.filter(state_after=SupplyState.OFF.value)
        .exclude(state_before=SupplyState.OFF.value)
        .order_by("id")
        .values_list("at", flat=True)
    )


def _locked(connection_ids: Sequence[int]) -> dict[int, Supply]:
    held = Supply.objects.select_for_update().filter(pk__in=connection_ids).order_by("pk")
    return {row.connection_id: row for row in held}


def _warned(evidence: Sequence[Evidence]) -> dict[tuple[int, str], frozenset[int]]:
    keys = {(one.connection_id, one.recharge_key) for one in evidence}
    found: dict[tuple[int, str], set[int]] = {key: set() for key in keys}
    told = LowBalanceWarning.objects.filter(
        connection_id__in=[key[0] for key in keys],
        recharge_key__in=[key[1] for key in keys],
    )
    for connection_id, recharge_key, percent in told.values_list(
        "connection_id", "recharge_key", "percent"
    ):
        found.setdefault((connection_id, recharge_key), set()).add(percent)
    return {key: frozenset(percents) for key, percents in found.items()}


def _is_news(decision: Decision) -> bool:
    return bool(
        decision.action or decision.cancel_disconnection or decision.warnings_percent
    )


def _keep(
    supply: Supply, evidence: Evidence, decision: Decision, policy: Policy, now: datetime
) -> None:
    LowBalanceWarning.objects.bulk_create(
        LowBalanceWarning(
            connection_id=evidence.connection_id,
            recharge_key=evidence.recharge_key,
            percent=percent,
            is_told=percent == min(decision.warnings_percent),
            at=now,
        )
        for percent in decision.warnings_percent
    )
    if supply.emergency_ends_at != decision.emergency_ends_at:
        supply.emergency_ends_at = decision.emergency_ends_at
        supply.save(update_fields=["emergency_ends_at"])
    if decision.action is not None:
        asked = {
            RelayAction.DISCONNECT: SupplyEvent.DISCONNECTION_ASKED,
            RelayAction.RECONNECT: SupplyEvent.RECONNECTION_ASKED,
        }[decision.action]
        grounds = _Grounds(
            because=decision.because,
            policy=policy.name,
            balance_paise=evidence.balance_paise,
            balance_as_of=evidence.balance_as_of,
        )
        _move(supply, asked, grounds, now)


def _was_off(supply: Supply) -> bool:
    """Whether a supply is off, or was when its reconnection was asked for."""
    if supply.state != SupplyState.RECONNECTING.value:
        return supply.state == SupplyState.OFF.value
    changes = SupplyChange.objects.filter(connection_id=supply.connection_id)
    last = changes.order_by("-id").first()
    return last is not None and last.state_before == SupplyState.OFF.value


def _happened(
    connection_id: int, event: SupplyEvent, because: str, now: datetime
) -> SupplyNow:
    with transaction.atomic():
        supply = _locked([connection_id])[connection_id]
        _move(supply, event, _Grounds(because=because, policy=""), now)
    return _now(supply)


def _move(supply: Supply, event: SupplyEvent, grounds: _Grounds, now: datetime) -> None:
    """Change a locked supply as the table of states says, and keep the change for ever."""
    before = SupplyState(supply.state)
    after = states.after(state=before, event=event)
    if before is after:
        return
    SupplyChange.objects.create(
        connection_id=supply.connection_id,
        event=event.value,
        state_before=before.value,
        state_after=after.value,
        at=now,
        because=grounds.because,
        balance_paise=grounds.balance_paise,
        balance_as_of=grounds.balance_as_of,
        policy=grounds.policy,
    )
    supply.state, supply.since = after.value, now
    supply.save(update_fields=["state", "since"])


def _now(supply: Supply) -> SupplyNow:
    return SupplyNow(
        connection_id=supply.connection_id,
        state=SupplyState(supply.state),
        since=supply.since,
        emergency_ends_at=supply.emergency_ends_at,
    )

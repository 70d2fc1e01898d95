"""Recharges that were started: what a gateway may have to be asked again about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from bijlighar.payments import rules
from bijlighar.payments.models import RechargeOrder
from bijlighar.payments.values import OrderSeen, RechargeState, Untold

MOST_ASKED = 5
ASKED_AT_ONCE = 50
"""By one sweep of the schedule; what is left is asked about by the next."""
LOOKED_AT = 1_000
TOLD_AT_ONCE = 200


def orders_since(
    *, connection_id: int, since: datetime, limit: int = MOST_ASKED
) -> tuple[OrderSeen, ...]:
    """The recharges started for a connection since an instant, the last first."""
    found = RechargeOrder.objects.filter(
        connection_id=connection_id, created_at__gte=since
    ).order_by("-created_at", "pk")[:limit]
    return tuple(
        OrderSeen(
            order_id=str(row.pk),
            amount_paise=row.amount_paise,
            state=RechargeState(row.state),
            created_at=row.created_at,
        )
        for row in found
    )


def take_up_asking(*, order_id: str, now: datetime) -> bool:
    """Note that an order is asked about now, where that is due for who waits for it."""
    waited = Q(asked_at=None) & Q(created_at__lte=now - rules.FIRST_ASKED_AFTER)
    return bool(
        RechargeOrder.objects.filter(
            waited | Q(asked_at__lte=now - rules.ASKED_EVERY_AT_THE_PAGE),
            pk=UUID(order_id),
            created_at__gte=now - rules.ASKED_FOR,
        )
        .exclude(state=RechargeState.PAID.value)
        .exclude(gateway_order_id="")
        .update(asked_at=now)
    )


def take_up_due(*, now: datetime, limit: int) -> tuple[str, ...]:
    """Note that orders are asked about now, whose time has come by the schedule."""
    with transaction.atomic():
        found = (
            RechargeOrder.objects.select_for_update(skip_locked=True)
            .filter(created_at__gte=now - rules.ASKED_FOR)
            .exclude(state=RechargeState.PAID.value)
            .exclude(gateway_order_id="")
            .annotate(last=Coalesce(F("asked_at"), F("created_at")))
            .order_by("last", "pk")[:LOOKED_AT]
        )
        due = [
            row.pk
            for row in found
            if rules.may_ask_again(
                created_at=row.created_at, asked_at=row.asked_at, now=now
            )
        ][:limit]
        RechargeOrder.objects.filter(pk__in=due).update(asked_at=now)
    return tuple(map(str, due))


def pending_untold(*, now: datetime) -> tuple[Untold, ...]:
    """Payments on their way for so long that their consumers are told; each once.

    The caller queues the notices in the same transaction. The rows are locked.
    """
    return _untold(
        Q(
            state=RechargeState.CREATED.value,
            pending_at__lte=now - rules.PENDING_IS_TOLD_AFTER,
            pending_told_at=None,
        ),
        "pending_told_at",
        now,
    )


def failed_untold(*, now: datetime) -> tuple[Untold, ...]:
    """Recharges that failed and were not paid soon after; told once, as above."""
    return _untold(
        Q(
            state=RechargeState.FAILED.value,
            failed_at__lte=now - rules.FAILURE_IS_TOLD_AFTER,
            failed_told_at=None,
        ),
        "failed_told_at",
        now,
    )


def _untold(which: Q, told: str, now: datetime) -> tuple[Untold, ...]:
    with transaction.atomic():
        rows = list(
            RechargeOrder.objects.select_for_update(skip_locked=True)
            .filter(which, created_at__gte=now - rules.ASKED_FOR)
            .order_by("pk")[:TOLD_AT_ONCE]
        )
        RechargeOrder.objects.filter(pk__in=[row.pk for row in rows]).update(**{told: now})
    return tuple(
        Untold(
            order_id=str(row.pk),
            connection_id=row.connection_id,
            amount_paise=row.amount_paise,
            created_at=row.created_at,
            payer_login_id=row.payer_login_id,
        )
        for row in rows
    )

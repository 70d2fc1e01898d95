"""What was paid for a connection, and what each payment was used for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bijlighar.dashboards._asking import all_of, one_of
from bijlighar.payments.values import PaymentShown, PaymentsTotal


def listed(
    *,
    connection_id: int,
    first: datetime | None,
    until: datetime | None,
    before: int | None,
    limit: int,
) -> tuple[PaymentShown, ...]:
    """Payments credited in [first, until), the newest first, from below an id on."""
    return _read(connection_id, None, first, until, before, limit)


def of_order(*, connection_id: int, order_id: str) -> PaymentShown | None:
    """The payment of one order; None where nothing was credited for it."""
    found = _read(connection_id, UUID(order_id), None, None, None, 1)
    return found[0] if found else None


def total(
    *, connection_id: int, first: datetime | None, until: datetime | None
) -> PaymentsTotal:
    """How many payments were credited in [first, until), and how much in all."""
    asked = {"id": connection_id, "first": first, "until": until}
    return PaymentsTotal(**one_of("payments_total", asked))


def _read(
    connection_id: int,
    order_id: UUID | None,
    first: datetime | None,
    until: datetime | None,
    before: int | None,
    limit: int,
) -> tuple[PaymentShown, ...]:
    asked = {
        "id": connection_id,
        "order": order_id,
        "first": first,
        "until": until,
        "before": before,
        "limit": limit,
    }
    return tuple(PaymentShown(**row) for row in all_of("payments_page", asked))

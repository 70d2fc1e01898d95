"""What a place owes: a plan, a payment on it, late days and interest, with its mark."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from bijlighar.connections.values import Home
from bijlighar.dues.models import Interest, LateDays, Plan, PlanPayment

NOW = datetime(2026, 4, 10, 6, 30, tzinfo=UTC)
OPENED = date(2020, 4, 1)


def seed_dues(word: str, home: Home) -> None:
    """One row of every table of dues."""
    of_home = {"connection_id": home.connection_id}
    plan = Plan.objects.create(
        **of_home,
        book="arrears",
        number=1,
        amount_paise=10_00,
        added_paise=10_00,
        percent_of_recharge=25,
        because=word,
        source=word,
        opened_at=NOW,
    )
    PlanPayment.objects.create(
        **of_home,
        plan=plan,
        source=word,
        asked_paise=1,
        paid_paise=1,
        posted_at=NOW,
    )
    LateDays.objects.create(
        **of_home,
        month=OPENED,
        number=1,
        due_on=OPENED,
        first_day=OPENED,
        days=1,
        dues_paise=1,
        share_per_month=Decimal("0.0125"),
        amount_paise=1,
        posted_at=NOW,
    )
    Interest.objects.create(
        **of_home,
        month=OPENED,
        share_per_year=Decimal("0.05"),
        amount_paise=1,
        posted_at=NOW,
    )

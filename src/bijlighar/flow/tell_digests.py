"""Those who wish it are told each morning, or each week, what they used and what it cost.

Only whole days are told: while a meter has not told its day, nothing is said of it, and the
next morning's run of the schedule tells the week that is complete by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from bijlighar.charges import service as charges
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.flow.review_supply import notice_to, tell
from bijlighar.kernel.energy import format_kwh
from bijlighar.kernel.ist import ONE_DAY, supply_day_of
from bijlighar.kernel.money import format_rupees
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Balance
from bijlighar.notices import service as notices
from bijlighar.notices.values import Digest, NewNotice, NoticeKind

AT_ONCE = 500
WEEK_IS_TOLD_FOR = 3
"""Days from Monday on, on which a week that was not complete before is still told."""


def tell_digests(*, now: datetime) -> int:
    """Queue the digests of yesterday and of last week; how many were due now.

    Safe to repeat and to kill: each day and week of a home is told once.
    """
    today = supply_day_of(now)
    told = _tell(Digest.DAILY, NoticeKind.DIGEST_DAILY, today - ONE_DAY, today, now=now)
    monday = today - timedelta(days=today.weekday())
    if (today - monday).days < WEEK_IS_TOLD_FOR:
        first = monday - timedelta(days=7)
        told += _tell(Digest.WEEKLY, NoticeKind.DIGEST_WEEKLY, first, monday, now=now)
    return told


def _tell(
    digest: Digest, kind: NoticeKind, first: date, until: date, *, now: datetime
) -> int:
    told, after = 0, 0
    while ids := notices.wanting_digest(
        digest=digest, after_connection_id=after, limit=AT_ONCE
    ):
        after = ids[-1]
        with transaction.atomic(durable=True):
            new = _notices(ids, kind, first, until)
            tell(new=new, now=now)
        told += len(new)
    return told


def _notices(
    ids: Sequence[int], kind: NoticeKind, first: date, until: date
) -> list[NewNotice]:
    balances = ledger.balances_of(owner_ids=ids)
    new = [
        _notice(home, kind, first, until, balances[home.connection_id])
        for home in connections.homes(connection_ids=ids)
        if home.connection_id in balances
    ]
    return [one for one in new if one is not None]


def _notice(
    home: Home, kind: NoticeKind, first: date, until: date, balance: Balance
) -> NewNotice | None:
    days = charges.days_of(connection_id=home.connection_id, first=first, until=until)
    if len(days) < (until - first).days:
        return None
    return notice_to(
        home=home,
        kind=kind,
        source=f"{kind.value}:{home.connection_id}:{first}",
        parameters={
            "consumer_number": home.consumer_number,
            "used": format_kwh(sum(day.energy_wh for day in days)),
            "amount": format_rupees(sum(day.total_paise for day in days)),
            "balance": format_rupees(balance.balance_paise),
        },
    )

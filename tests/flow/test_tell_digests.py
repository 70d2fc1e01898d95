"""Digests: those who wish them are told of whole days and weeks, each once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bijlighar.flow.close_day import close_day
from bijlighar.flow.tell_digests import tell_digests
from bijlighar.kernel.ist import day_starts
from bijlighar.notices import service as notices
from bijlighar.notices.models import Notice
from bijlighar.notices.values import Digest, Medium, Preferences
from tests.cast import connect, hear

FIRST = date(2026, 4, 1)
MONDAY = date(2026, 4, 13)


def nine(day: date) -> datetime:
    return day_starts(day) + timedelta(hours=9)


def wish(home, digest: Digest) -> None:
    wished = Preferences(
        medium=Medium.SMS,
        language="en",
        digest=digest,
        wants_news=True,
        mail="",
        browsers=0,
    )
    notices.set_preferences(
        connection_id=home.connection_id, wished=wished, now=nine(MONDAY)
    )


def charge(home, *, through: date) -> None:
    """Six units a day from the first on."""
    days = [FIRST + timedelta(days=n) for n in range((through - FIRST).days + 1)]
    registers = {
        day: home.initial_register_wh + 6_000 * (n + 1) for n, day in enumerate(days)
    }
    now = day_starts(through + timedelta(days=1)) + timedelta(hours=1)
    hear(home, registers, now=now)
    close_day(connection_ids=[home.connection_id], now=now)


def told() -> dict[str, str]:
    """The digests' texts by source."""
    found = Notice.objects.filter(kind__startswith="digest").order_by("pk")
    return {one.source: one.text for one in found}


def test_who_wishes_it_is_told_of_yesterday_and_of_last_week_once(committed_db):
    asha, balram, chanda = connect("Asha", "Balram", "Chanda")
    wish(asha, Digest.DAILY)
    wish(balram, Digest.WEEKLY)
    for home in (asha, balram, chanda):
        charge(home, through=date(2026, 4, 12))
    assert tell_digests(now=nine(MONDAY)) == 2
    tell_digests(now=nine(MONDAY))
    held = told()
    daily = f"digest_daily:{asha.connection_id}:2026-04-12"
    weekly = f"digest_weekly:{balram.connection_id}:2026-04-06"
    assert set(held) == {daily, weekly}
    assert "yesterday you used 6.00 units" in held[daily]
    assert "last week you used 42.00 units" in held[weekly]


def test_a_day_that_is_open_is_not_told_and_its_week_is_told_when_it_is_whole(committed_db):
    (balram,) = connect("Balram")
    wish(balram, Digest.WEEKLY)
    charge(balram, through=date(2026, 4, 11))
    assert tell_digests(now=nine(MONDAY)) == 0
    charge(balram, through=date(2026, 4, 13))
    assert tell_digests(now=nine(date(2026, 4, 14))) == 1
    assert list(told()) == [f"digest_weekly:{balram.connection_id}:2026-04-06"]
    assert tell_digests(now=nine(date(2026, 4, 16))) == 0, "Thursday tells no old week"

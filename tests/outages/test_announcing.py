"""An outage is told to each home below it, once a version, in the home's own words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from bijlighar.flow import later
from bijlighar.flow.announce_outage import (
    announce_outage,
    cancel_outage,
    change_outage,
    end_outage,
    enter_outage,
)
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import day_starts
from bijlighar.notices import service as notices
from bijlighar.notices.values import Digest, Medium, Preferences, SentNotice
from bijlighar.outages.service import WrongOutage
from bijlighar.outages.values import NewOutage, Outage, OutageKind
from bijlighar.people.values import SYSTEM
from tests.cast import connect, grid_of_cast
from tests.flow.jobs import deferred

pytestmark = pytest.mark.django_db

NOW = day_starts(date(2026, 4, 10)) + timedelta(hours=9)
STARTS = NOW + timedelta(days=1, hours=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def ids() -> dict[str, int]:
    return grid_of_cast()


def enter(node_id: int, **changes: object) -> Outage:
    known = {
        "kind": OutageKind.PLANNED,
        "node_id": node_id,
        "starts_at": STARTS,
        "until": STARTS + 3 * HOUR,
        "reason": "New conductor",
    }
    new = NewOutage(**{**known, **changes})  # type: ignore[arg-type]
    return enter_outage(new=new, by=SYSTEM, now=NOW)


def announce(outage: Outage) -> int:
    return announce_outage(outage_id=outage.outage_id, version=outage.version, now=NOW)


def told() -> list[SentNotice]:
    return sorted(notices.recent(limit=100), key=lambda one: one.notice_id)


def test_a_planned_outage_of_a_feeder_reaches_each_home_below_it_and_no_other(ids):
    asha, balram, *_ = connect("Asha", "Balram", "Chanda", "Dev")
    assert announce(enter(ids["F1"])) == 2
    assert [one.connection_id for one in told()] == [
        asha.connection_id,
        balram.connection_id,
    ]
    assert told()[0].text == (
        "कनेक्शन 7310000001: स्टेशन रोड फीडर में 11-04-2026, 10:00 से 11-04-2026, 13:00 तक"
        " बिजली बंद रहेगी। वजह: New conductor। हेल्पलाइन 1912 - बिजलीघर"
    )


def test_the_telling_is_deferred_with_the_outage_for_the_worker(ids):
    connect("Asha")
    outage = enter(ids["F1"])
    arguments = {"outage_id": outage.outage_id, "version": 1}
    assert (later.ANNOUNCE_OUTAGE, arguments) in deferred()
    assert told() == []


def test_told_twice_is_told_once(ids):
    connect("Asha", "Balram")
    outage = enter(ids["F1"])
    announce(outage)
    announce(outage)
    assert len(told()) == 2


def test_each_change_is_told_and_what_was_overtaken_is_not(ids):
    connect("Asha")
    first = enter(ids["F1"])
    announce(first)
    second = change_outage(
        outage_id=first.outage_id,
        starts_at=STARTS + HOUR,
        until=STARTS + 4 * HOUR,
        why="later",
        by=SYSTEM,
        now=NOW,
    )
    assert announce(first) == 0
    announce(second)
    third = cancel_outage(outage_id=first.outage_id, why="rain", by=SYSTEM, now=NOW)
    announce(third)
    assert [one.kind for one in told()] == [
        "planned_outage",
        "outage_changed",
        "outage_cancelled",
    ]
    assert "अब 11-04-2026, 11:00 से 11-04-2026, 14:00 तक" in told()[1].text


@pytest.mark.parametrize(
    ("until", "kind"),
    [(None, "unplanned_outage_open"), (NOW + HOUR, "unplanned_outage")],
)
def test_an_unplanned_outage_is_told_with_its_end_where_it_is_known(ids, until, kind):
    connect("Asha")
    outage = enter(ids["T1"], kind=OutageKind.UNPLANNED, starts_at=NOW - HOUR, until=until)
    announce(outage)
    announce(end_outage(outage_id=outage.outage_id, why="mended", by=SYSTEM, now=NOW))
    assert [one.kind for one in told()] == [kind, "outage_over"]


def test_the_area_is_named_in_the_language_that_the_home_chose(ids):
    (asha,) = connect("Asha")
    notices.set_preferences(
        connection_id=asha.connection_id,
        wished=Preferences(
            medium=Medium.SMS,
            language="en",
            digest=Digest.NONE,
            wants_news=False,
            mail="",
            browsers=0,
        ),
        now=NOW,
    )
    announce(enter(ids["F1"]))
    assert "no supply in Station Road feeder from 11-04-2026, 10:00" in told()[0].text


def test_a_long_name_is_shortened_to_what_the_operators_carry(ids):
    connect("Asha")
    reason = "Replacement of the burnt transformer near the old vegetable market"
    announce(enter(ids["F1"], reason=reason))
    assert "वजह: Replacement of the burnt transformer..." in told()[0].text


@pytest.mark.parametrize("reason", ["see www.power.in", "call 9876543210"])
def test_a10_a_reason_with_an_address_or_a_number_to_call_is_refused(ids, reason):
    with pytest.raises(WrongOutage) as refused:
        enter(ids["F1"], reason=reason)
    assert refused.value.field == "reason"


def test_a_feeder_of_thousands_is_told_in_parts(ids, monkeypatch):
    monkeypatch.setattr("bijlighar.flow.announce_outage.HOMES_AT_ONCE", 2)
    connect("Asha", "Balram", "Chanda")
    assert announce(enter(ids["SS1"])) == 3
    assert len({one.connection_id for one in told()}) == 3


def test_what_is_told_of_an_outage_is_of_no_use_after_it(ids):
    connect("Asha")
    outage = enter(ids["F1"])
    announce(outage)
    with connection.cursor() as cursor:
        cursor.execute("select expires_at from notices_notice")
        assert cursor.fetchone() == (outage.until,)


def test_an_unknown_node_is_no_outage():
    with pytest.raises(grid.UnknownNode):
        enter(999_999)

"""On the 1st at six the bills of last month are made, and tried again until they exist."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bijlighar.bills import service as bills
from bijlighar.connections.values import PaymentMode
from bijlighar.flow import bill_month, later, tasks
from bijlighar.flow.schedule import SCHEDULE, last_due
from bijlighar.kernel.ist import ONE_DAY, day_starts
from bijlighar.notices.models import Notice
from bijlighar.readings import service as readings
from tests.bills.stories import APRIL, MAY, balance, home_of, morning, used
from tests.flow.jobs import deferred

pytestmark = pytest.mark.usefixtures("committed_db")


def told() -> list[tuple[str, str]]:
    found = Notice.objects.filter(kind="bill_ready").order_by("id")
    return [(one.language, one.text) for one in found]


def test_it_is_due_on_the_first_at_six():
    (line,) = (line for line in SCHEDULE if line.task == later.BILL_ALL)
    assert last_due(line=line, now=morning(MAY)) == morning(MAY)


def test_a_postpaid_home_is_told_how_much_and_until_when_once():
    asha = home_of("Asha", opening_paise=500_00)
    balram = home_of("Balram", mode=PaymentMode.POSTPAID)
    for home in (asha, balram):
        used(home, MAY)
    ids = [asha.connection_id, balram.connection_id]
    for _ in range(2):
        issued = bill_month.bill_month(connection_ids=ids, first=APRIL, now=morning(MAY))
    made = issued.bills[1]
    ((language, text),) = told()
    assert language == "hi"
    assert f"₹{made.payable_paise // 100:,}.00" in text
    assert "16-05-2026 तक" in text
    assert bills.unbilled(until=MAY) == ()


def test_open_days_are_tried_again_each_morning_of_the_month(monkeypatch):
    asha, balram = home_of("Asha", opening_paise=500_00), home_of("Balram")
    used(asha, MAY)
    use = used(balram, date(2026, 4, 29))
    days = {"now": morning(MAY)}
    monkeypatch.setattr(tasks, "now", lambda: days["now"])

    def mornings_job() -> list[list[int]]:
        before = len(deferred())
        tasks.bill_all()
        parts = [
            arguments["connection_ids"]
            for name, arguments in deferred()[before:]
            if name == later.BILL_MONTH
        ]
        for part in parts:
            tasks.bill_month(connection_ids=part, first="2026-04-01")
        return parts

    assert mornings_job() == [[asha.connection_id, balram.connection_id]]
    days["now"] += ONE_DAY
    assert mornings_job() == [[balram.connection_id]]
    for day in (date(2026, 5, 10), date(2026, 5, 11), date(2026, 5, 22)):
        days["now"] = morning(day)
        assert mornings_job() == [[balram.connection_id]]
    use.until(MAY)
    days["now"] = morning(date(2026, 5, 23))
    assert mornings_job() == [[balram.connection_id]]
    (one,) = bills.bills_of(connection_id=balram.connection_id, today=MAY)
    assert (one.bill.first, one.bill.until) == (APRIL, MAY)
    assert one.bill.issued_at == days["now"]
    days["now"] += ONE_DAY
    assert mornings_job() == []


def test_jobs_have_five_hundred_connections_at_most():
    later.bill_month(connection_ids=range(1, 1_202), first=APRIL)
    sizes = [len(arguments["connection_ids"]) for _, arguments in deferred()]
    assert sizes == [500, 500, 201]


def test_what_the_true_up_moved_is_acted_on():
    """The register put right costs more than what was left."""
    asha = home_of("Asha", opening_paise=1_060_00)
    use = used(asha, MAY)
    assert balance(asha) > 0
    readings.correct(
        meter_id=asha.meter_id,
        day=date(2026, 4, 30),
        register_wh=use.register_wh + 200_000,
        why="read at the door",
        made_by="Dev",
        now=morning(MAY),
    )
    at = day_starts(MAY) + timedelta(hours=11)
    bill_month.bill_month(connection_ids=[asha.connection_id], first=APRIL, now=at)
    assert balance(asha) < 0
    kinds = Notice.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["balance_used_up"]

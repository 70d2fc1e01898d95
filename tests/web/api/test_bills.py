"""A connection's bills over the API: lines, sums, what became of them, page after page."""

from __future__ import annotations

import pytest

from bijlighar.bills.values import BillState
from bijlighar.clock import clock
from bijlighar.connections.values import PaymentMode
from bijlighar.people.values import Role
from tests.bills.stories import APRIL, JUNE, MAY, bill, home_of, morning, pay, used
from tests.cast import grid_of_cast
from tests.signing_in import add_staff, client_of
from tests.web.api.test_reading import get


@pytest.fixture
def balram(committed_db: None, monkeypatch):
    """Postpaid, in D1, with bills of April and May; April's is paid."""
    monkeypatch.setattr(clock, "now", lambda: morning(JUNE))
    home = home_of("Balram", mode=PaymentMode.POSTPAID)
    use = used(home, MAY)
    april = bill(home)
    pay(home, april.payable_paise // 100, at=morning(MAY.replace(day=9)))
    use.until(JUNE)
    bill(home, first=MAY)
    return home


def test_bills_come_with_their_lines_and_what_became_of_them(balram):
    ids = grid_of_cast()
    cashier = client_of(add_staff("cashier", (Role.CASHIER, ids["D1"])))
    may, april = get(cashier, f"/connections/{balram.consumer_number}/bills")["bills"]
    assert (april["first"], april["last"]) == (f"{APRIL}", "2026-04-30")
    assert (april["state"], april["paid_paise"]) == (
        BillState.PAID,
        april["payable_paise"],
    )
    assert (may["state"], may["paid_paise"]) == (BillState.TO_PAY, 0)
    assert april["planned_paise"] == may["planned_paise"] == 0
    assert may["payments_paise"] == april["payable_paise"]
    for made in (may, april):
        total = sum(line["amount_paise"] for line in made["lines"])
        assert total == made["charges_paise"]
        assert made["deducted_paise"] + made["true_up_paise"] == total
    line = april["lines"][0]
    assert (line["text"]["en"], line["quantity"]["hi"]) == ("Energy", "150 यूनिट")
    assert (line["first"], line["last"], line["rate"]) == (
        "2026-04-01",
        "2026-04-30",
        "₹6.85",
    )


def test_every_page_together_is_all_bills_once(balram):
    ids = grid_of_cast()
    cashier = client_of(add_staff("cashier", (Role.CASHIER, ids["D1"])))
    path = f"/connections/{balram.consumer_number}/bills"
    first = get(cashier, path, limit=1)
    second = get(cashier, path, limit=1, cursor=first["next_cursor"])
    months = [page["bills"][0]["number"].split("-")[1] for page in (first, second)]
    assert months == ["202605", "202604"]
    assert second["next_cursor"] is None


def test_another_area_and_who_may_not_see_money_get_none(balram):
    ids = grid_of_cast()
    path = f"/connections/{balram.consumer_number}/bills"
    elsewhere = client_of(add_staff("cashier", (Role.CASHIER, ids["D2"])))
    get(elsewhere, path, 404)
    field = client_of(add_staff("field", (Role.FIELD_REPRESENTATIVE, ids["D1"])))
    get(field, path, 403)

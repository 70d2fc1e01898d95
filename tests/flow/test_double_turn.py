"""Sixty homes turn twice, as a whole state's did: prepaid in September, postpaid in June.

Every wallet, deposit and old due is proved against the ledger, and against what the turns
are: what only charges and payments may change, no turn has changed by a paisa.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import OperationalError, connection, connections

from bijlighar.bills import service as bills
from bijlighar.connections import service as connections_
from bijlighar.connections.values import Home, PaymentMode
from bijlighar.dues import service as dues
from bijlighar.dues.values import Instalments, RechargeShare
from bijlighar.flow import change_mode as steps
from bijlighar.flow.change_mode import ModeChanged, change_mode
from bijlighar.flow.dues import post_instalments
from bijlighar.ledger import service as ledger
from tests.dues.conftest import arrears, balance, deposit, ids
from tests.flow.turning import (
    BACK,
    TURN,
    charged_paise,
    connect_many,
    deposit_paise,
    noon,
    opening_paise,
    recharge,
    use_until,
    wealth,
)

HOMES = 60
PREPAID, POSTPAID = PaymentMode.PREPAID, PaymentMode.POSTPAID


def turn(homes: list[Home], to: PaymentMode, day: date) -> ModeChanged:
    return change_mode(connection_ids=ids(*homes), to=to, from_day=day, now=noon(day))


def modes(homes: list[Home], day: date) -> set[PaymentMode]:
    facts = connections_.facts_on(connection_ids=ids(*homes), day=day)
    return {one.payment_mode for one in facts.values()}


def insist_on_proof(homes: list[Home], paid: dict[int, int]) -> None:
    """Wealth is what came in less what days cost, and the ledger adds up."""
    for number, home in enumerate(homes, 1):
        outside = opening_paise(number) + deposit_paise(number)
        outside += paid.get(home.connection_id, 0)
        assert wealth(home) == outside - charged_paise(home), home.consumer_number
        plan = dues.plan_of(connection_id=home.connection_id)
        assert arrears(home) == (plan.left_paise if plan else 0)
    assert ledger.wrong_wallets() == ()
    assert ledger.wrong_entries() == ()


def test_sixty_homes_turn_to_prepaid_and_back_and_no_paisa_is_lost(committed_db):
    homes = connect_many(HOMES)
    use_until(homes, TURN)
    paid: dict[int, int] = {}
    insist_on_proof(homes, paid)

    first = turn(homes, PREPAID, TURN)
    assert (len(first.changed), first.unchanged, first.rejected) == (HOMES, (), ())
    insist_on_proof(homes, paid)
    for number, (home, done) in enumerate(zip(homes, first.changed, strict=True), 1):
        held = deposit_paise(number)
        assert done.deposit_used_paise == min(held, done.owed_paise)
        assert done.deposit_used_paise + done.credited_paise == held
        assert done.planned_paise == done.owed_paise - done.deposit_used_paise
        assert (deposit(home).held_paise, deposit(home).set_off_paise) == (0, held)
        assert balance(home) >= 0
        plan = dues.plan_of(connection_id=home.connection_id)
        assert plan is None or plan.terms == RechargeShare(percent=25)

    winter = date(2025, 12, 1)
    use_until(homes, winter, first=TURN)
    for number, home in enumerate(homes, 1):
        before = arrears(home)
        amount = recharge(home, 500 + 37 * number, 1, winter)
        paid[home.connection_id] = amount
        assert before - arrears(home) == min(amount // 4, before)
    insist_on_proof(homes, paid)

    use_until(homes, BACK, first=winter)
    second = turn(homes, POSTPAID, BACK)
    assert (len(second.changed), second.rejected) == (HOMES, ())
    insist_on_proof(homes, paid)
    july = date(2026, 7, 1)
    for number, (home, done) in enumerate(zip(homes, second.changed, strict=True), 1):
        assert balance(home) >= 0
        assert (arrears(home), done.deposit_asked_paise) == (
            done.planned_paise,
            deposit_paise(number),
        )
        plan = dues.plan_of(connection_id=home.connection_id)
        assert plan is None or plan.terms == Instalments(count=10, first_on=july)

    posted = post_instalments(connection_ids=ids(*homes), now=noon(july))
    for home, done in zip(homes, second.changed, strict=True):
        due = -(-done.planned_paise // 10) + -(-done.deposit_asked_paise // 4)
        assert posted.get(home.connection_id, 0) == due
    insist_on_proof(homes, paid)
    for month in (8, 9, 10, 11, 12):
        post_instalments(connection_ids=ids(*homes), now=noon(date(2026, month, 1)))
    for number, home in enumerate(homes, 1):
        assert deposit(home).held_paise == deposit_paise(number)
    for month in (1, 2, 3, 4):
        post_instalments(connection_ids=ids(*homes), now=noon(date(2027, month, 1)))
    assert {arrears(home) for home in homes} == {0}
    insist_on_proof(homes, paid)


@pytest.fixture
def small_parts(monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(steps, "PART", 10)
    yield


def test_killed_half_way_and_repeated_it_is_as_if_it_had_never_been_killed(
    committed_db, small_parts
):
    """PostgreSQL ends the session amid a part: that part is not there, others are whole."""
    homes = connect_many(HOMES)
    use_until(homes, TURN)
    told: list[BaseException] = []

    def run() -> None:
        try:
            turn(homes, PREPAID, TURN)
        except OperationalError as error:
            told.append(error)
        finally:
            connections.close_all()

    other = threading.Thread(target=run)
    other.start()
    while changed(homes) < 20 and other.is_alive():
        time.sleep(0.005)
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    other.join(timeout=60)
    kept = changed(homes)
    assert told
    assert 20 <= kept < HOMES
    assert kept % 10 == 0
    insist_on_proof(homes, {})

    again = turn(homes, PREPAID, TURN)
    assert (len(again.changed), len(again.unchanged)) == (HOMES - kept, kept)
    assert modes(homes, TURN) == {PREPAID}
    insist_on_proof(homes, {})
    held = bills.last_bills(connection_ids=ids(*homes))
    assert {bill.until for bill in held.values()} == {TURN}
    assert turn(homes, PREPAID, TURN).changed == ()


def changed(homes: list[Home]) -> int:
    facts = connections_.facts_on(connection_ids=ids(*homes), day=TURN)
    return sum(one.payment_mode is PREPAID for one in facts.values())

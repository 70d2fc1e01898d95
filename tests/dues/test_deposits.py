"""Security deposits: held, set off, refunded; never more than there is, never twice."""

from __future__ import annotations

from datetime import date

import pytest

from bijlighar.connections.values import Home
from bijlighar.dues import service as dues
from bijlighar.dues.values import DepositNow, DepositRefund, NewDeposit, SetOff
from bijlighar.ledger import service as ledger
from tests.cast import connect
from tests.dues.conftest import (
    at,
    balance,
    deposit,
    entries_of,
    hold,
    ids,
    move,
    parts,
    plan,
)

pytestmark = pytest.mark.django_db

NOW = at(date(2026, 6, 1))


@pytest.fixture
def asha(db: None) -> Home:
    """Owes 2,000 rupees and has paid a deposit of 700."""
    (asha,) = connect("Asha", opening_paise=-2_000_00)
    hold(asha, 700_00, now=NOW)
    return asha


def set_off(home: Home, owed_paise: int, source: str = "s") -> dict[int, SetOff]:
    return dues.set_off(owed_paise={home.connection_id: owed_paise}, source=source, now=NOW)


def refund(home: Home, paise: int, source: str = "r") -> None:
    one = DepositRefund(connection_id=home.connection_id, amount_paise=paise, source=source)
    dues.refund(refunds=[one], now=NOW)


def test_a_deposit_that_comes_in_is_held_and_moves_no_wallet(asha):
    assert deposit(asha) == DepositNow(held_paise=700_00, asked_paise=0, set_off_paise=0)
    assert balance(asha) == -2_000_00
    hold(asha, 700_00, now=NOW)
    assert deposit(asha).held_paise == 700_00


def test_a_deposit_of_700_leaves_1300_of_2000_rupees(asha):
    done = set_off(asha, 2_000_00)
    assert done == {asha.connection_id: SetOff(against_dues_paise=700_00, credited_paise=0)}
    assert (balance(asha), deposit(asha).held_paise) == (-1_300_00, 0)
    assert deposit(asha).set_off_paise == 700_00
    assert ledger.wrong_wallets() == ()


def test_a_deposit_of_700_against_500_rupees_leaves_200_as_credit(asha):
    move(asha, 1_500_00, "paid", now=NOW)
    done = set_off(asha, 500_00)[asha.connection_id]
    assert done == SetOff(against_dues_paise=500_00, credited_paise=200_00)
    assert balance(asha) == 200_00
    assert entries_of(dues.SET_OFF) == [(f"{asha.connection_id}:s", 700_00)]


def test_who_owes_nothing_is_credited_the_whole_deposit(asha):
    move(asha, 2_000_00, "paid", now=NOW)
    assert set_off(asha, 0)[asha.connection_id].credited_paise == 700_00
    assert balance(asha) == 700_00


def test_a_deposit_is_set_off_once(asha):
    set_off(asha, 2_000_00)
    assert set_off(asha, 2_000_00) == {}
    assert balance(asha) == -1_300_00


def test_what_was_set_off_is_known_until_it_is_asked_for_again(asha):
    set_off(asha, 2_000_00)
    dues.ask_deposit(plans=[plan(asha, 700_00, parts(4, date(2026, 7, 1)))], now=NOW)
    assert deposit(asha) == DepositNow(held_paise=0, asked_paise=700_00, set_off_paise=0)
    dues.drop_demand(connection_ids=ids(asha), because="b", source="d", now=NOW)
    assert deposit(asha) == DepositNow(held_paise=0, asked_paise=0, set_off_paise=700_00)


def test_a_refund_is_paid_out_and_no_more_than_is_held(asha):
    refund(asha, 300_00)
    refund(asha, 300_00)
    assert (deposit(asha).held_paise, balance(asha)) == (400_00, -2_000_00)
    with pytest.raises(dues.NotHeld, match="40000 paise are held, 40001"):
        refund(asha, 400_01, "second")
    assert deposit(asha).held_paise == 400_00
    refund(asha, 400_00, "third")
    assert deposit(asha).held_paise == 0


@pytest.mark.parametrize("paise", [0, -1])
def test_nothing_is_no_deposit_and_no_refund(asha, paise):
    with pytest.raises(dues.NoDeposit, match="are no deposit"):
        hold(asha, paise, "x", now=NOW)
    with pytest.raises(dues.NoDeposit, match="are no refund"):
        refund(asha, paise)


def test_who_has_no_wallet_has_no_deposit(db):
    one = NewDeposit(connection_id=99, amount_paise=1, source="s")
    with pytest.raises(ledger.NoWallet):
        dues.hold(deposits=[one], now=NOW)


def test_one_wrong_deposit_of_many_holds_none(asha):
    (balram,) = connect("Balram")
    with pytest.raises(dues.NoDeposit):
        dues.hold(
            deposits=[
                NewDeposit(
                    connection_id=balram.connection_id, amount_paise=paise, source="s"
                )
                for paise in (5, 0)
            ],
            now=NOW,
        )
    assert deposit(balram).held_paise == 0

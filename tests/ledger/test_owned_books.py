"""Accounts of an owner beside the wallet: old dues set aside, a deposit held."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import OWNED_BOOKS, Book, BookOf, OwnedBook
from tests.ledger.conftest import ASHA, BALRAM, CHANDA, NOW
from tests.ledger.test_service import (
    GATEWAY,
    balance,
    books_paise,
    entry,
    transfer,
    wallet,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wallets")]


def arrears(owner_id: int) -> OwnedBook:
    return OwnedBook(book=Book.ARREARS, owner_id=owner_id)


def deposit(owner_id: int) -> OwnedBook:
    return OwnedBook(book=Book.DEPOSIT, owner_id=owner_id)


def post(source: str, *transfers) -> None:
    ledger.post(entries=[entry(source, *transfers)], now=NOW)


def test_old_dues_are_set_aside_and_paid_by_instalments():
    post("aside", transfer(arrears(BALRAM), wallet(BALRAM), 900))
    post("first", transfer(wallet(BALRAM), arrears(BALRAM), 300))
    held = ledger.owned_balances(book=Book.ARREARS, owner_ids=[ASHA, BALRAM])
    assert (held, balance(BALRAM)) == ({ASHA: 0, BALRAM: -600}, 600)
    assert ledger.wrong_wallets() == ()


def test_a_deposit_of_one_owner_is_not_anothers_and_no_wallets():
    post("a", transfer(GATEWAY, deposit(ASHA), 500), transfer(GATEWAY, deposit(BALRAM), 70))
    post("b", transfer(deposit(BALRAM), wallet(BALRAM), 70))
    held = ledger.owned_balances(book=Book.DEPOSIT, owner_ids=[ASHA, BALRAM, CHANDA])
    assert held == {ASHA: 500, BALRAM: 0, CHANDA: 0}
    assert ledger.owned_balances(book=Book.ARREARS, owner_ids=[ASHA]) == {ASHA: 0}
    assert (balance(ASHA), balance(BALRAM), ledger.wallets_paise()) == (0, 70, 70)
    assert ledger.totals_by_reason() == {"recharge": 70}
    assert books_paise() + ledger.wallets_paise() == 0


def test_interest_on_a_deposit_and_a_surcharge_are_the_discoms():
    interest, late = (
        BookOf(book=Book.INTEREST, head=""),
        BookOf(book=Book.SURCHARGE, head=""),
    )
    post("i", transfer(interest, deposit(ASHA), 30), transfer(wallet(ASHA), late, 4))
    assert ledger.owned_balances(book=Book.DEPOSIT, owner_ids=[ASHA]) == {ASHA: 30}
    assert balance(ASHA) == -4


def test_an_owner_without_a_wallet_may_have_a_deposit():
    post("new", transfer(GATEWAY, deposit(99), 500))
    assert ledger.owned_balances(book=Book.DEPOSIT, owner_ids=[99]) == {99: 500}


@pytest.mark.parametrize("book", [book for book in Book if book not in OWNED_BOOKS])
def test_a_book_of_the_discom_has_no_owner(book):
    with pytest.raises(IntegrityError, match="only_owned_books"), transaction.atomic():
        post("x", transfer(OwnedBook(book=book, owner_id=ASHA), wallet(ASHA), 1))
    assert ledger.count_transfers() == 0


@pytest.mark.parametrize("book", sorted(OWNED_BOOKS))
def test_a_book_of_owners_is_never_the_discoms(book):
    with pytest.raises(IntegrityError, match="only_owned_books"), transaction.atomic():
        post("x", transfer(BookOf(book=book, head=""), wallet(ASHA), 1))
    assert ledger.count_transfers() == 0

"""The ledger: balanced by shape, append-only, each entry once, every balance proved."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Balance, Book, BookOf, NewEntry, NewTransfer, WalletOf
from tests.append_only import insist_on_refusal, statements
from tests.ledger.conftest import ASHA, BALRAM, CHANDA, NOW

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 4, 8, 6, 0, tzinfo=UTC)
GATEWAY = BookOf(book=Book.GATEWAY, head="pretend")
REVENUE = BookOf(book=Book.REVENUE, head="energy")


def wallet(owner_id: int) -> WalletOf:
    return WalletOf(owner_id=owner_id)


def transfer(debit, credit, amount_paise: int) -> NewTransfer:
    return NewTransfer(
        debit=debit, credit=credit, head="recharge", amount_paise=amount_paise
    )


def entry(source: str, *transfers: NewTransfer, reason: str = "recharge") -> NewEntry:
    return NewEntry(reason=reason, source=source, effective_at=NOW, transfers=transfers)


def recharge(source: str, owner_id: int, amount_paise: int) -> NewEntry:
    return entry(source, transfer(GATEWAY, wallet(owner_id), amount_paise))


def balance(owner_id: int) -> int:
    return ledger.balances_of(owner_ids=[owner_id])[owner_id].balance_paise


def books_paise() -> int:
    """Credits less debits of all the discom's own books."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(case when account.id = transfer.credit_account_id"
            " then amount_paise else -amount_paise end), 0) from ledger_account as account"
            " join ledger_transfer as transfer"
            " on account.id in (transfer.credit_account_id, transfer.debit_account_id)"
            " where account.book <> 'wallet'"
        )
        return int(cursor.fetchone()[0])


# What is held


def test_a_new_wallet_holds_nothing(wallets):
    assert ledger.balances_of(owner_ids=[ASHA]) == {
        ASHA: Balance(owner_id=ASHA, balance_paise=0, as_of=NOW)
    }


def test_opening_a_wallet_again_leaves_what_it_holds(wallets):
    ledger.post(entries=[recharge("r1", ASHA, 500_00)], now=NOW)
    ledger.open_wallets(owner_ids=[ASHA, 14], now=LATER)
    held = ledger.balances_of(owner_ids=[ASHA, 14])
    assert (held[ASHA].balance_paise, held[14].balance_paise) == (500_00, 0)
    assert held[ASHA].as_of == NOW


def test_a_credit_raises_and_a_debit_lowers_a_balance_below_zero_if_need_be(wallets):
    ledger.post(entries=[recharge("r1", ASHA, 100_00)], now=NOW)
    charged = entry("d1", transfer(wallet(ASHA), REVENUE, 140_00), reason="charge")
    ledger.post(entries=[charged], now=LATER)
    held = ledger.balances_of(owner_ids=[ASHA])[ASHA]
    assert (held.balance_paise, held.as_of) == (-40_00, LATER)


def test_money_can_move_from_wallet_to_wallet(wallets):
    ledger.post(entries=[entry("m1", transfer(wallet(ASHA), wallet(BALRAM), 7))], now=NOW)
    assert (balance(ASHA), balance(BALRAM), ledger.wallets_paise()) == (-7, 7, 0)


def test_an_entry_keeps_when_it_was_true_and_when_it_was_known(wallets):
    ledger.post(entries=[recharge("r1", ASHA, 1)], now=LATER)
    with connection.cursor() as cursor:
        cursor.execute("select effective_at, recorded_at from ledger_entry")
        assert cursor.fetchall() == [(NOW, LATER)]


def test_who_has_no_wallet_has_no_balance(wallets):
    with pytest.raises(ledger.NoWallet, match=r"\[99\]"):
        ledger.balances_of(owner_ids=[ASHA, 99])
    with pytest.raises(ledger.NoWallet, match=r"\[99\]"), transaction.atomic():
        ledger.lock_balances(owner_ids=[99])


# Once, all or none


def test_an_entry_is_posted_once_whatever_is_repeated(wallets):
    first = ledger.post(entries=[recharge("r1", ASHA, 500_00)], now=NOW)
    again = ledger.post(entries=[recharge("r1", ASHA, 500_00)], now=LATER)
    assert (first, again) == (frozenset({("recharge", "r1")}), frozenset())
    assert (balance(ASHA), ledger.count_transfers()) == (500_00, 1)


def test_the_same_source_under_another_reason_is_another_entry(wallets):
    ledger.post(entries=[recharge("1", ASHA, 100)], now=NOW)
    refund = entry("1", transfer(wallet(ASHA), GATEWAY, 30), reason="refund")
    assert ledger.post(entries=[refund], now=NOW) == {("refund", "1")}
    assert balance(ASHA) == 70


def test_of_entries_old_and_new_only_the_new_are_posted(wallets):
    ledger.post(entries=[recharge("r1", ASHA, 100)], now=NOW)
    both = [recharge("r1", ASHA, 100), recharge("r2", ASHA, 20), recharge("r3", BALRAM, 5)]
    new = ledger.post(entries=both, now=LATER)
    assert new == {("recharge", "r2"), ("recharge", "r3")}
    assert (balance(ASHA), balance(BALRAM)) == (120, 5)


def test_the_same_entry_twice_in_one_call_is_a_mistake(wallets):
    with pytest.raises(AssertionError, match="twice"):
        ledger.post(entries=[recharge("r1", ASHA, 1), recharge("r1", ASHA, 1)], now=NOW)


def test_nothing_is_posted_where_one_owner_has_no_wallet(wallets):
    with pytest.raises(ledger.NoWallet, match=r"\[99\]"):
        ledger.post(entries=[recharge("r1", ASHA, 1), recharge("r2", 99, 1)], now=NOW)
    assert (balance(ASHA), ledger.count_transfers()) == (0, 0)


def test_an_entry_without_transfers_is_refused_and_nothing_is_posted(wallets):
    with pytest.raises(ledger.EmptyEntry, match="recharge r2"):
        ledger.post(entries=[recharge("r1", ASHA, 1), entry("r2")], now=NOW)
    assert (balance(ASHA), ledger.count_transfers()) == (0, 0)


def test_posting_nothing_changes_nothing(wallets):
    assert ledger.post(entries=[], now=LATER) == frozenset()
    assert ledger.balances_of(owner_ids=[ASHA])[ASHA].as_of == NOW


# What the database refuses


@pytest.mark.parametrize("amount_paise", [0, -1])
def test_an_amount_is_positive(wallets, amount_paise):
    wrong = entry("r2", transfer(GATEWAY, wallet(ASHA), amount_paise))
    with pytest.raises(IntegrityError, match="amount_is_positive"), transaction.atomic():
        ledger.post(entries=[recharge("r1", ASHA, 5), wrong], now=NOW)
    assert (balance(ASHA), ledger.count_transfers()) == (0, 0)


def test_money_moves_between_two_accounts(wallets):
    circle = entry("r1", transfer(wallet(ASHA), wallet(ASHA), 5))
    with (
        pytest.raises(IntegrityError, match="money_moves_between_two_accounts"),
        transaction.atomic(),
    ):
        ledger.post(entries=[circle], now=NOW)
    assert ledger.count_transfers() == 0


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "insert into ledger_entry (reason, source, effective_at, recorded_at)"
            " select reason, source, effective_at, recorded_at from ledger_entry",
            "an_entry_is_posted_once",
        ),
        (
            "insert into ledger_account (book, head, owner_id) values ('wallet', '', 11)",
            "one_account_a_book_and_owner",
        ),
        (
            "insert into ledger_account (book, head) values ('gateway', 'pretend')",
            "one_account_a_book_and_head",
        ),
        (
            "insert into ledger_account (book, head) values ('wallet', '')",
            "only_owned_books_have_owners",
        ),
        (
            "insert into ledger_account (book, head) values ('arrears', '')",
            "only_owned_books_have_owners",
        ),
        (
            "insert into ledger_account (book, head, owner_id) values ('duty', 'x', 11)",
            "only_owned_books_have_owners",
        ),
        (
            "insert into ledger_transfer"
            " (entry_id, debit_account_id, credit_account_id, head, amount_paise)"
            " select entry_id, debit_account_id, credit_account_id, head, -1"
            " from ledger_transfer",
            "amount_is_positive",
        ),
    ],
)
def test_the_database_itself_refuses_what_the_ledger_never_writes(
    wallets, statement, constraint
):
    ledger.post(entries=[recharge("r1", ASHA, 1)], now=NOW)
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("statement", statements("ledger_entry", "ledger_transfer"))
def test_entries_and_transfers_are_never_taken_back(wallets, statement):
    ledger.post(entries=[recharge("r1", ASHA, 500_00)], now=NOW)
    insist_on_refusal(statement)
    assert (ledger.count_transfers(), ledger.wrong_wallets()) == (1, ())


# The proof


def test_a_wallet_changed_behind_the_ledgers_back_is_found(wallets):
    ledger.post(entries=[recharge("r1", ASHA, 1), recharge("r2", BALRAM, 1)], now=NOW)
    assert ledger.wrong_wallets() == ()
    with connection.cursor() as cursor:
        cursor.execute(
            "update ledger_wallet set balance_paise = balance_paise + 1"
            " where owner_id in (%s, %s)",
            [BALRAM, CHANDA],
        )
    assert ledger.wrong_wallets() == (BALRAM, CHANDA)


def test_totals_by_reason_say_what_moved_into_and_out_of_wallets(wallets):
    ledger.post(
        entries=[
            recharge("r1", ASHA, 500),
            recharge("r2", BALRAM, 300),
            entry("d1", transfer(wallet(ASHA), REVENUE, 120), reason="charge"),
            entry("m1", transfer(wallet(ASHA), wallet(BALRAM), 50), reason="move"),
            entry("b1", transfer(REVENUE, GATEWAY, 9), reason="books only"),
        ],
        now=NOW,
    )
    assert ledger.totals_by_reason() == {"charge": -120, "move": 0, "recharge": 800}


def test_an_opening_balance_may_be_money_or_debt_or_nothing(wallets):
    book = BookOf(book=Book.MIGRATION, head="opening")
    ledger.post(
        entries=[
            entry(str(ASHA), transfer(book, wallet(ASHA), 250), reason="opening"),
            entry(str(BALRAM), transfer(wallet(BALRAM), book, 90), reason="opening"),
            recharge("r1", CHANDA, 1_000),
        ],
        now=NOW,
    )
    found = ledger.opening_of(owner_ids=[ASHA, BALRAM, CHANDA])
    assert found == {ASHA: 250, BALRAM: -90}
    assert ledger.opening_of(owner_ids=[BALRAM]) == {BALRAM: -90}


SIDES = [wallet(ASHA), wallet(BALRAM), wallet(CHANDA), GATEWAY, REVENUE]
TRANSFERS = st.builds(
    transfer,
    st.sampled_from(SIDES),
    st.sampled_from(SIDES),
    st.one_of(st.integers(1, 1_000), st.integers(1, 10**15)),
).filter(lambda one: one.debit != one.credit)
ENTRIES = st.builds(
    lambda reason, source, transfers: entry(source, *transfers, reason=reason),
    st.sampled_from(["recharge", "charge"]),
    st.sampled_from("abcdefgh"),
    st.lists(TRANSFERS, min_size=1, max_size=3),
)
CALLS = st.lists(
    st.lists(ENTRIES, max_size=4, unique_by=lambda one: (one.reason, one.source)),
    max_size=6,
)


def moved_by(one: NewTransfer, side: object) -> int:
    return one.amount_paise * ((one.credit == side) - (one.debit == side))


@settings(max_examples=50, deadline=None)
@given(CALLS)
def test_whatever_is_posted_and_repeated_every_balance_is_the_sum_of_its_transfers(calls):
    with transaction.atomic():
        ledger.open_wallets(owner_ids=[ASHA, BALRAM, CHANDA], now=NOW)
        kept: dict[tuple[str, str], NewEntry] = {}
        for call in calls:
            new = {(one.reason, one.source) for one in call} - kept.keys()
            assert ledger.post(entries=call, now=NOW) == new
            kept |= {key: one for one in call if (key := (one.reason, one.source)) in new}
        transfers = [(one.reason, each) for one in kept.values() for each in one.transfers]
        for owner_id in (ASHA, BALRAM, CHANDA):
            expected = sum(moved_by(each, wallet(owner_id)) for _, each in transfers)
            assert balance(owner_id) == expected
        by_reason = ledger.totals_by_reason()
        for reason, each in transfers:
            for side in SIDES[:3]:
                by_reason[reason] = by_reason.get(reason, 0) - moved_by(each, side)
        assert not any(by_reason.values())
        assert ledger.wallets_paise() + books_paise() == 0
        assert (ledger.count_transfers(), ledger.wrong_wallets()) == (len(transfers), ())
        transaction.set_rollback(True)

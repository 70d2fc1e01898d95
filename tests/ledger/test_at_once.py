"""Many post at the same time: nothing is lost, nothing counts twice, nobody is stuck."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import numpy as np
import pytest
from django.db import OperationalError, connection, connections, transaction

from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import (
    Book,
    BookOf,
    NewEntry,
    NewTransfer,
    RunEntry,
    WalletOf,
)
from tests.threads import WAITS_AT_MOST_S, at_once, wait_until_blocked

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
ASHA, BALRAM = 11, 12


def recharge(
    source: str, owner_id: int, amount_paise: int, head: str = "pretend"
) -> NewEntry:
    given = NewTransfer(
        debit=BookOf(book=Book.GATEWAY, head=head),
        credit=WalletOf(owner_id=owner_id),
        head="recharge",
        amount_paise=amount_paise,
    )
    return NewEntry(reason="recharge", source=source, effective_at=NOW, transfers=(given,))


def balance(owner_id: int) -> int:
    return ledger.balances_of(owner_ids=[owner_id])[owner_id].balance_paise


def test_credits_by_many_threads_to_one_wallet_are_all_there(committed_db):
    ledger.open_wallets(owner_ids=[ASHA], now=NOW)

    def credit(thread: int) -> None:
        for number in range(10):
            ledger.post(entries=[recharge(f"{thread}:{number}", ASHA, 1 + thread)], now=NOW)

    at_once(credit, threads=6)
    assert balance(ASHA) == 10 * (1 + 2 + 3 + 4 + 5 + 6)
    assert (ledger.count_transfers(), ledger.wrong_wallets()) == (60, ())


def test_one_entry_posted_by_many_threads_counts_once(committed_db):
    ledger.open_wallets(owner_ids=[ASHA], now=NOW)
    new = at_once(
        lambda _: ledger.post(entries=[recharge("r1", ASHA, 500)], now=NOW), threads=6
    )
    assert sorted(map(len, new)) == [0, 0, 0, 0, 0, 1]
    assert (balance(ASHA), ledger.count_transfers()) == (500, 1)


def test_threads_that_post_to_the_same_wallets_in_any_order_wait_and_do_not_deadlock(
    committed_db,
):
    ledger.open_wallets(owner_ids=[ASHA, BALRAM], now=NOW)

    def credit(thread: int) -> None:
        for number in range(10):
            both = [
                recharge(f"a{thread}:{number}", ASHA, 1),
                recharge(f"b{thread}:{number}", BALRAM, 1),
            ]
            ledger.post(entries=both if thread % 2 else both[::-1], now=NOW)

    at_once(credit, threads=4)
    assert (balance(ASHA), balance(BALRAM), ledger.wrong_wallets()) == (40, 40, ())


def test_one_wallet_opened_by_many_threads_is_one_wallet(committed_db):
    at_once(lambda _: ledger.open_wallets(owner_ids=[ASHA, BALRAM], now=NOW), threads=4)
    assert (balance(ASHA), ledger.wallets_paise()) == (0, 0)


def test_a_balance_read_under_lock_stays_until_the_transaction_ends(committed_db):
    ledger.open_wallets(owner_ids=[ASHA], now=NOW)
    other = in_a_thread([recharge("r1", ASHA, 500)])
    with transaction.atomic():
        assert ledger.lock_balances(owner_ids=[ASHA])[ASHA].balance_paise == 0
        other.start()
        wait_until_blocked()
        assert balance(ASHA) == 0
    other.join(WAITS_AT_MOST_S)
    assert balance(ASHA) == 500


def test_who_holds_a_wallets_lock_may_open_a_book_that_another_wants_too(committed_db):
    """Wallets are locked before books are opened: else these two would wait in a circle."""
    ledger.open_wallets(owner_ids=[ASHA], now=NOW)
    other = in_a_thread([recharge("r1", ASHA, 500, head="new book")])
    with transaction.atomic():
        ledger.lock_balances(owner_ids=[ASHA])
        other.start()
        wait_until_blocked()
        ledger.post(entries=[recharge("r2", ASHA, 30, head="new book")], now=NOW)
    other.join(WAITS_AT_MOST_S)
    assert (balance(ASHA), ledger.wrong_wallets()) == (530, ())


def charge(source: str, amounts: dict[int, int]) -> RunEntry:
    return RunEntry(
        reason="charge",
        source=source,
        effective_at=NOW,
        owner_ids=np.array(list(amounts)),
        amounts_paise=-np.array(list(amounts.values())),
        books_paise={BookOf(book=Book.REVENUE, head="energy"): sum(amounts.values())},
    )


def test_one_run_posted_by_many_threads_counts_once(committed_db):
    ledger.open_wallets(owner_ids=[ASHA, BALRAM], now=NOW)
    run = charge("day", {ASHA: 5, BALRAM: 7})
    new = at_once(lambda _: ledger.post_run(entry=run, now=NOW), threads=6)
    assert sorted(new) == [False, False, False, False, False, True]
    assert (balance(ASHA), balance(BALRAM)) == (-5, -7)
    assert (ledger.wrong_wallets(), ledger.wrong_entries()) == ((), ())


def test_runs_and_recharges_of_the_same_wallets_at_once_are_all_there(committed_db):
    ledger.open_wallets(owner_ids=[ASHA, BALRAM], now=NOW)

    def move(thread: int) -> None:
        for number in range(10):
            source = f"{thread}:{number}"
            if thread % 2:
                ledger.post_run(entry=charge(source, {ASHA: 1, BALRAM: 2}), now=NOW)
            else:
                both = [recharge(f"b{source}", BALRAM, 9), recharge(f"a{source}", ASHA, 9)]
                ledger.post(entries=both, now=NOW)

    at_once(move, threads=4)
    assert (balance(ASHA), balance(BALRAM)) == (20 * 9 - 20, 20 * 9 - 40)
    assert (ledger.wrong_wallets(), ledger.wrong_entries()) == ((), ())


def test_a_run_that_is_cut_off_half_way_leaves_nothing_and_can_be_posted_again(
    committed_db,
):
    """Its connection is lost after everything is written and before it is committed."""
    ledger.open_wallets(owner_ids=[ASHA, BALRAM], now=NOW)
    run = charge("day", {ASHA: 5, BALRAM: 7})
    with pytest.raises(OperationalError), transaction.atomic():
        assert ledger.post_run(entry=run, now=NOW)
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(pg_backend_pid())")
    connection.close()
    assert (balance(ASHA), balance(BALRAM), ledger.count_transfers()) == (0, 0, 0)
    assert ledger.post_run(entry=run, now=NOW)
    assert (balance(ASHA), balance(BALRAM)) == (-5, -7)


def in_a_thread(entries: list[NewEntry]) -> threading.Thread:
    def post() -> None:
        try:
            ledger.post(entries=entries, now=NOW)
        finally:
            connections.close_all()

    return threading.Thread(target=post)

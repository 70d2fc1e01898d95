"""One entry moves many wallets: balanced, once, all or nothing, never taken back."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.kernel.row_security import AREAS, DESK
from bijlighar.ledger import service as ledger
from bijlighar.ledger.values import Book, BookOf, OwnedBook, RunEntry
from tests.append_only import insist_on_refusal, statements
from tests.ledger.conftest import ASHA, BALRAM, CHANDA, NOW
from tests.ledger.test_service import (
    GATEWAY,
    LATER,
    REVENUE,
    balance,
    entry,
    recharge,
    transfer,
    wallet,
)

pytestmark = pytest.mark.django_db

DUTY = BookOf(book=Book.DUTY, head="duty")
MOST = 2**63 - 1


def run_entry(
    moves: dict[int, int],
    books: dict[BookOf, int] | None = None,
    *,
    source: str = "2026-04-06 1",
    reason: str = "charge",
) -> RunEntry:
    """Against revenue, where no books are named."""
    return RunEntry(
        reason=reason,
        source=source,
        effective_at=NOW,
        owner_ids=np.array(list(moves), dtype=np.int64),
        amounts_paise=np.array(list(moves.values()), dtype=np.int64),
        books_paise={REVENUE: -sum(moves.values())} if books is None else books,
    )


def post(*args, now: datetime = NOW, **kwargs) -> bool:
    return ledger.post_run(entry=run_entry(*args, **kwargs), now=now)


def asked(statement: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def counts() -> tuple[int, ...]:
    """Rows of entries, wallets' moves, books' moves."""
    tables = ("ledger_entry", "ledger_walletmove", "ledger_bookmove")
    return tuple(asked(f"select count(*) from {table}")[0][0] for table in tables)


def all_paise() -> int:
    """What all accounts hold together, by all that ever moved."""
    (paise,) = asked(
        "select coalesce(sum(amount_paise), 0) from ("
        " select amount_paise from ledger_movement"
        " union all select amount_paise from ledger_bookmove) as moved"
    )[0]
    return int(paise)


# What it moves


def test_a_run_moves_many_wallets_against_a_handful_of_books(wallets):
    assert post({ASHA: -140, BALRAM: 30, CHANDA: -5}, {REVENUE: 100, DUTY: 15}, now=LATER)
    assert [balance(owner) for owner in (ASHA, BALRAM, CHANDA)] == [-140, 30, -5]
    assert ledger.balances_of(owner_ids=[ASHA])[ASHA].as_of == LATER
    assert asked(
        "select account.book, moved.amount_paise from ledger_bookmove as moved"
        " join ledger_account as account on account.id = moved.account_id order by 1"
    ) == [("duty", 15), ("revenue", 100)]
    assert asked("select effective_at, recorded_at from ledger_entry") == [(NOW, LATER)]
    assert (ledger.wrong_wallets(), ledger.wrong_entries(), all_paise()) == ((), (), 0)


def test_what_is_zero_moves_nothing_and_is_not_kept(wallets):
    assert post({ASHA: 0, BALRAM: -7, CHANDA: 0, 99: 0}, {REVENUE: 7, DUTY: 0}, now=LATER)
    assert counts() == (1, 1, 1)
    assert ledger.balances_of(owner_ids=[ASHA])[ASHA].as_of == NOW


def test_wallets_may_move_without_books_and_books_without_wallets(wallets):
    assert post({ASHA: -7, BALRAM: 7}, {})
    assert post({}, {REVENUE: 9, DUTY: -9}, source="books")
    assert post({ASHA: 0}, {REVENUE: 1, DUTY: -1}, source="books again")
    assert (balance(ASHA), balance(BALRAM)) == (-7, 7)
    assert (ledger.wrong_wallets(), ledger.wrong_entries(), all_paise()) == ((), (), 0)


def test_questions_see_transfers_and_runs_alike(wallets):
    ledger.post(entries=[recharge("r1", ASHA, 500), recharge("r2", BALRAM, 1)], now=NOW)
    post({ASHA: -120, BALRAM: -1})
    post({ASHA: 20}, source="again")
    assert ledger.totals_by_reason() == {"charge": -101, "recharge": 501}
    assert (ledger.wallets_paise(), ledger.count_transfers()) == (400, 5)


def test_the_sums_of_great_amounts_are_exact(wallets):
    post({ASHA: MOST, BALRAM: MOST}, {REVENUE: -MOST, DUTY: -MOST})
    with pytest.raises(ledger.Unbalanced):
        post({ASHA: -MOST, BALRAM: -MOST, CHANDA: -2}, {}, source="wraps to zero")
    assert (ledger.wrong_wallets(), ledger.wrong_entries()) == ((), ())


# Once, all or none


def test_a_run_is_posted_once_whatever_is_repeated(wallets):
    assert post({ASHA: -5})
    assert not post({ASHA: -5}, now=LATER)
    assert not post({ASHA: -50, BALRAM: -1}, now=LATER)
    assert (balance(ASHA), balance(BALRAM), counts()) == (-5, 0, (1, 1, 1))
    assert ledger.balances_of(owner_ids=[ASHA])[ASHA].as_of == NOW
    assert post({ASHA: -5}, source="2026-04-06 2")
    assert post({ASHA: -5}, reason="another")
    assert balance(ASHA) == -15


def test_runs_and_ordinary_entries_share_their_keys(wallets):
    post({ASHA: -5}, source="1", reason="recharge")
    assert ledger.post(entries=[recharge("1", ASHA, 70)], now=NOW) == frozenset()
    assert balance(ASHA) == -5


def test_nothing_is_posted_where_one_owner_has_no_wallet(wallets):
    with pytest.raises(ledger.NoWallet, match=r"\[9, 98, 99\]"):
        post({9: 1, ASHA: -5, 98: 1, 99: 1})
    assert (balance(ASHA), counts()) == (0, (0, 0, 0))


@pytest.mark.parametrize("moves", [{}, {ASHA: 0}])
def test_an_entry_that_moves_nothing_is_refused(wallets, moves):
    with pytest.raises(ledger.EmptyEntry, match="charge 2026-04-06 1"):
        post(moves, {REVENUE: 0})
    assert counts() == (0, 0, 0)


@pytest.mark.parametrize("books", [{}, {REVENUE: -5}, {REVENUE: 4}, {REVENUE: 5, DUTY: 1}])
def test_an_entry_that_is_not_balanced_is_refused(wallets, books):
    with pytest.raises(ledger.Unbalanced, match="charge 2026-04-06 1"):
        post({ASHA: -5}, books)
    assert (balance(ASHA), counts()) == (0, (0, 0, 0))


@pytest.mark.parametrize(
    ("owner_ids", "amounts", "said"),
    [
        ([BALRAM, ASHA], [1, -1], "ascending"),
        ([ASHA, ASHA], [1, -1], "ascending"),
        ([ASHA, BALRAM], [1], "one amount an owner"),
        ([[ASHA, BALRAM]], [[1, -1]], "one amount an owner"),
        ([ASHA, BALRAM], [1.0, -1.0], "int64"),
    ],
)
def test_columns_that_do_not_say_who_moves_are_a_mistake(wallets, owner_ids, amounts, said):
    wrong = RunEntry(
        reason="charge",
        source="1",
        effective_at=NOW,
        owner_ids=np.array(owner_ids),
        amounts_paise=np.array(amounts),
        books_paise={},
    )
    with pytest.raises(AssertionError, match=said):
        ledger.post_run(entry=wrong, now=NOW)


def test_what_fails_after_a_run_takes_the_run_with_it_and_another_may_follow(wallets):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post({ASHA: -5, BALRAM: -6})
        _ = 1 / 0
    assert (balance(ASHA), balance(BALRAM), counts()) == (0, 0, (0, 0, 0))
    assert post({ASHA: -5, BALRAM: -6})
    assert (balance(ASHA), balance(BALRAM)) == (-5, -6)


def test_a_balance_that_would_not_fit_leaves_nothing(wallets):
    post({ASHA: MOST})
    with pytest.raises(Exception, match="out of range"), transaction.atomic():
        post({ASHA: 1, BALRAM: 1}, source="too much")
    assert (balance(ASHA), balance(BALRAM), counts()) == (MOST, 0, (1, 1, 1))


def test_wallets_are_locked_for_a_run_where_everybody_has_one(wallets):
    with transaction.atomic():
        ledger.lock_wallets(owner_ids=np.array([], dtype=np.int64))
        ledger.lock_wallets(owner_ids=np.array([ASHA, CHANDA]))
        with pytest.raises(ledger.NoWallet, match=r"\[99\]"):
            ledger.lock_wallets(owner_ids=np.array([ASHA, 99]))
        with pytest.raises(AssertionError, match="ascending"):
            ledger.lock_wallets(owner_ids=np.array([CHANDA, ASHA]))


# What the database refuses


@pytest.mark.parametrize("table", ["ledger_walletmove", "ledger_bookmove"])
def test_moves_are_never_taken_back(wallets, table):
    post({ASHA: -5})
    for statement in statements(table):
        insist_on_refusal(statement.replace("id = id", "entry_id = entry_id"))
    assert (counts(), balance(ASHA)) == ((1, 1, 1), -5)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "insert into ledger_walletmove select id, 1, 0 from ledger_entry",
            "a_wallet_moves_by_something",
        ),
        (
            "insert into ledger_walletmove select * from ledger_walletmove",
            "ledger_walletmove_pkey",
        ),
        (
            "insert into ledger_bookmove (entry_id, account_id, amount_paise)"
            " select id, 1, 0 from ledger_entry",
            "a_book_moves_by_something",
        ),
        (
            "insert into ledger_bookmove (entry_id, account_id, amount_paise)"
            " select entry_id, account_id, 1 from ledger_bookmove",
            "an_entry_moves_a_book_once",
        ),
    ],
)
def test_the_database_itself_refuses_what_a_run_never_writes(
    wallets, statement, constraint
):
    post({ASHA: -5})
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        asked(statement)


def test_the_desk_sees_no_run_of_other_areas_and_never_the_books_side(wallets):
    post({ASHA: -5})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"set local role {DESK}; set local {AREAS} = '1'")
        assert asked("select * from ledger_walletmove") == []
        assert asked("select * from ledger_movement") == []
        assert asked("select * from ledger_entry") == []
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            asked("select * from ledger_bookmove")
        transaction.set_rollback(True)


def test_an_owner_of_the_tables_who_is_no_superuser_may_post_a_run(wallets):
    """COPY FROM is refused to whom row security holds for."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "set constraints all immediate; create role bijlighar_owner;"
            " grant create on schema public to bijlighar_owner;"
            " grant all on all tables in schema public to bijlighar_owner;"
            " grant all on all sequences in schema public to bijlighar_owner;"
        )
        for table in ("account", "entry", "wallet", "walletmove", "bookmove"):
            cursor.execute(f"alter table ledger_{table} owner to bijlighar_owner")
            cursor.execute(
                f"alter policy ledger_{table}_of_the_system on ledger_{table}"
                " to bijlighar_owner"
                if table != "bookmove"
                else "select 1"
            )
        cursor.execute("set local role bijlighar_owner")
        assert post({ASHA: -5})
        assert balance(ASHA) == -5
        transaction.set_rollback(True)


# The proof


def test_a_move_written_behind_the_ledgers_back_is_found(wallets):
    post({ASHA: -5})
    post({BALRAM: -5}, source="right")
    ((entry_id,),) = asked("select min(entry_id) from ledger_walletmove")
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_walletmove select %s, account_id, 1 from ledger_wallet"
            " where owner_id = %s",
            [entry_id, CHANDA],
        )
    assert (ledger.wrong_entries(), ledger.wrong_wallets()) == ((entry_id,), (CHANDA,))


OWNERS = (ASHA, BALRAM, CHANDA)
SIDES = [
    *map(wallet, OWNERS),
    GATEWAY,
    REVENUE,
    OwnedBook(book=Book.ARREARS, owner_id=ASHA),
    OwnedBook(book=Book.DEPOSIT, owner_id=CHANDA),
]
AMOUNTS = st.one_of(st.integers(-1_000, 1_000), st.integers(-(10**15), 10**15))
KEYS = st.tuples(st.sampled_from(["recharge", "charge"]), st.sampled_from("abcdef"))
TRANSFERS = st.builds(
    transfer, st.sampled_from(SIDES), st.sampled_from(SIDES), st.integers(1, 10**15)
).filter(lambda one: one.debit != one.credit)
ENTRIES = st.builds(
    lambda key, transfers: entry(key[1], *transfers, reason=key[0]),
    KEYS,
    st.lists(TRANSFERS, min_size=1, max_size=3),
)
RUNS = st.builds(
    lambda key, moves, duty: run_entry(
        dict(sorted(moves.items())),
        {DUTY: duty, REVENUE: -sum(moves.values()) - duty},
        reason=key[0],
        source=key[1],
    ),
    KEYS,
    st.dictionaries(st.sampled_from(OWNERS), AMOUNTS, max_size=3),
    AMOUNTS,
).filter(lambda run: run.amounts_paise.any() or any(run.books_paise.values()))


def moved_by(one, owner_id: int) -> int:
    """What an entry of either kind moves into a wallet."""
    if isinstance(one, RunEntry):
        return int(one.amounts_paise[one.owner_ids == owner_id].sum())
    held = wallet(owner_id)
    return sum(
        each.amount_paise * ((each.credit == held) - (each.debit == held))
        for each in one.transfers
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(ENTRIES | RUNS, max_size=10))
def test_after_any_mix_of_entries_and_runs_everything_adds_up(calls):
    with transaction.atomic():
        ledger.open_wallets(owner_ids=OWNERS, now=NOW)
        kept: dict[tuple[str, str], object] = {}
        for one in calls:
            key = (one.reason, one.source)
            if isinstance(one, RunEntry):
                new = ledger.post_run(entry=one, now=NOW)
            else:
                new = bool(ledger.post(entries=[one], now=NOW))
            assert new == (key not in kept)
            kept.setdefault(key, one)
        for owner_id in OWNERS:
            assert balance(owner_id) == sum(
                moved_by(one, owner_id) for one in kept.values()
            )
        assert (ledger.wrong_wallets(), ledger.wrong_entries()) == ((), ())
        assert sum(ledger.totals_by_reason().values()) == ledger.wallets_paise()
        assert all_paise() == 0
        transaction.set_rollback(True)

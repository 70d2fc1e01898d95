"""Whose money each head is."""

from __future__ import annotations

import pytest

from bijlighar.charges.rules import BOOK_OF
from bijlighar.ledger.values import Book
from bijlighar.tariffs.values import Head


@pytest.mark.parametrize("head", Head)
def test_every_head_is_somebodys_money(head):
    assert BOOK_OF[head] in (Book.REVENUE, Book.SUBSIDY, Book.DUTY, Book.REBATE)


@pytest.mark.parametrize("head", [Head.SUBSIDY, Head.SCHEME])
def test_what_a_government_funds_is_owed_by_it(head):
    assert BOOK_OF[head] is Book.SUBSIDY

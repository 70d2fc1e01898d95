"""Whose money each head is, and the words under which charges are kept and posted."""

from __future__ import annotations

from bijlighar.ledger.values import Book
from bijlighar.tariffs.values import Head

REASON = "charge"
"""The ledger's reason for a day that is charged for the first time."""
CORRECTION = "correction"
"""The ledger's reason for the difference of a day that was charged before."""

FIRST = "first"
"""A day was charged on its own register."""
PROVISIONAL = "provisional"
"""A day was charged by estimate: its meter is silent."""
SETTLED = "settled"
"""What a meter told later replaced an estimate."""
REPLACED = "replaced"
"""The order, or the percentage, that a day was rated with was put right."""

BOOK_OF: dict[Head, Book] = {
    Head.ENERGY: Book.REVENUE,
    Head.TIME_OF_DAY: Book.REVENUE,
    Head.FIXED: Book.REVENUE,
    Head.EXCESS_DEMAND: Book.REVENUE,
    Head.MINIMUM: Book.REVENUE,
    Head.FPPAS: Book.REVENUE,
    Head.SUBSIDY: Book.SUBSIDY,
    Head.SCHEME: Book.SUBSIDY,
    Head.DUTY: Book.DUTY,
    Head.REBATE: Book.REBATE,
}
"""Whose money each head is, from the discom's side."""

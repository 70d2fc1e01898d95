"""Accounts, entries, transfers, moves and wallets; private to this domain.

Entries, transfers and moves are append-only: a trigger refuses every update, delete and
truncate, whoever asks (see migrations 0002, 0005).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

OF_AN_OWNER = ("wallet", "arrears", "deposit")
"""Books with an account for each owner; the others are the discom's own."""


class Account(models.Model):
    """Where money is: an owner's wallet or other book, or one of the discom's own books."""

    book = models.TextField()
    head = models.TextField(default="")
    owner_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "owner_id"], name="one_account_a_book_and_owner"
            ),
            models.UniqueConstraint(
                fields=["book", "head"],
                condition=Q(owner_id__isnull=True),
                name="one_account_a_book_and_head",
            ),
            models.CheckConstraint(
                condition=Q(book__in=OF_AN_OWNER, owner_id__isnull=False)
                | (~Q(book__in=OF_AN_OWNER) & Q(owner_id__isnull=True)),
                name="only_owned_books_have_owners",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"


class Entry(models.Model):
    """One thing that happened to money."""

    reason = models.TextField()
    source = models.TextField()
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reason", "source"], name="an_entry_is_posted_once"
            )
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"


class Transfer(models.Model):
    """So many paise from one account to another: unbalanced is impossible by shape."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    debit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    credit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    head = models.TextField()
    amount_paise = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_paise__gt=0), name="amount_is_positive"
            ),
            models.CheckConstraint(
                condition=~Q(debit_account=F("credit_account")),
                name="money_moves_between_two_accounts",
            ),
        ]

    def __str__(self) -> str:
        return f"transfer {self.pk}"


class WalletMove(models.Model):
    """What a run entry moved into (+) or out of (-) a wallet.

    No foreign keys: they cost four times the rows. The rows of an entry are written in the
    transaction that writes the entry, for accounts whose wallets it holds locked; neither
    an entry nor a wallet is ever deleted. One index only, to which a night's rows are
    added at its end; an index by account would have another page for each of them.
    PostgreSQL 18 skips from entry to entry in it to find those of one account.
    """

    pk = models.CompositePrimaryKey("entry_id", "account_id")
    entry_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    amount_paise = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount_paise=0), name="a_wallet_moves_by_something"
            ),
        ]

    def __str__(self) -> str:
        return f"move of a wallet {self.pk}"


class BookMove(models.Model):
    """What a run entry moved into (+) or out of (-) one of the discom's books."""

    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount_paise = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "account"], name="an_entry_moves_a_book_once"
            ),
            models.CheckConstraint(
                condition=~Q(amount_paise=0), name="a_book_moves_by_something"
            ),
        ]

    def __str__(self) -> str:
        return f"move of a book {self.pk}"


class Wallet(models.Model):
    """The running balance of a wallet account, changed with its transfers and moves."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    owner_id = models.BigIntegerField(unique=True)
    balance_paise = models.BigIntegerField(default=0)
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"wallet {self.pk}"

"""Accounts, entries, transfers and wallets; private to this domain.

Entries and transfers are append-only: a trigger refuses every update, delete and
truncate, whoever asks (see migration 0002).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Account(models.Model):
    """Where money is: a wallet of an owner, or one of the discom's own books."""

    book = models.TextField()
    head = models.TextField(default="")
    owner_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner_id"], condition=Q(book="wallet"), name="one_wallet_an_owner"
            ),
            models.UniqueConstraint(
                fields=["book", "head"],
                condition=~Q(book="wallet"),
                name="one_account_a_book_and_head",
            ),
            models.CheckConstraint(
                condition=Q(book="wallet", owner_id__isnull=False)
                | (~Q(book="wallet") & Q(owner_id__isnull=True)),
                name="only_wallets_have_owners",
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


class Wallet(models.Model):
    """The running balance of a wallet account, changed with its transfers."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    owner_id = models.BigIntegerField(unique=True)
    balance_paise = models.BigIntegerField(default=0)
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"wallet {self.pk}"

"""Entries of runs over the fleet: many wallets against a handful of the discom's books.

Row security of wallets' moves holds for the desk, but is not forced on the tables' owner:
PostgreSQL refuses COPY FROM to whom it holds for.

Wallets leave half of each page free: a night's new versions find room beside the old ones
and no index is touched, which is some five times faster.
"""

import django.db.models.deletion
from django.db import migrations, models

from bijlighar.kernel.append_only import append_only
from bijlighar.kernel.row_security import desk_never_sees, row_security

MOVEMENTS = """
create view ledger_movement with (security_invoker = true) as
select credit_account_id as account_id, entry_id, amount_paise from ledger_transfer
union all
select debit_account_id, entry_id, -amount_paise from ledger_transfer
union all
select account_id, entry_id, amount_paise from ledger_walletmove;
comment on view ledger_movement is
    'What moved into (+) or out of (-) accounts; but of run entries only the wallets'' side.';
"""
APPEND_ONLY = append_only(
    app="ledger",
    advice="reverse the entry instead",
    tables=["ledger_walletmove", "ledger_bookmove"],
)[1:]  # The function is there since 0002.
ENTRY_SEEN = (
    "exists (select 1 from ledger_transfer as seen where seen.entry_id = ledger_entry.id)"
)
RUN_SEEN = (
    "exists (select 1 from ledger_walletmove as seen where seen.entry_id = ledger_entry.id)"
)
ROW_SECURITY = [
    *row_security(
        {
            "ledger_walletmove": (
                "exists (select 1 from ledger_account as held"
                " where held.owner_id is not null and held.id = {table}.account_id)"
            ),
        }
    ),
    (
        "alter table ledger_walletmove no force row level security",
        "alter table ledger_walletmove force row level security",
    ),
    (
        f"alter policy ledger_entry_of_the_area on ledger_entry using ({ENTRY_SEEN} or {RUN_SEEN})",
        f"alter policy ledger_entry_of_the_area on ledger_entry using ({ENTRY_SEEN})",
    ),
    # Totals over a part of the fleet are of no area.
    *desk_never_sees("ledger_bookmove"),
]
STATEMENTS = [
    *APPEND_ONLY,
    *ROW_SECURITY,
    (MOVEMENTS, "drop view ledger_movement"),
    (
        "alter table ledger_wallet set (fillfactor = 50)",
        "alter table ledger_wallet reset (fillfactor)",
    ),
]


class Migration(migrations.Migration):
    """Reversible; undone, what runs have moved is lost."""

    dependencies = [
        ("ledger", "0004_books_of_owners"),
        ("people", "0002_desk_role_and_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="WalletMove",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entry_id",
                        "account_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("entry_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("amount_paise", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_paise", 0), _negated=True),
                        name="a_wallet_moves_by_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BookMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                ("amount_paise", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entry", "account"), name="an_entry_moves_a_book_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_paise", 0), _negated=True),
                        name="a_book_moves_by_something",
                    ),
                ],
            },
        ),
        *[migrations.RunSQL(done, undone) for done, undone in STATEMENTS],
    ]

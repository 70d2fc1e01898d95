"""Tell the planner that transfers are of many accounts, on both sides.

Where only gateways are debited, as in a prepaid fleet, it finds a handful of accounts in the
column and reads the whole table for each wallet that it looks for, instead of the index. What
it knows of the gateways themselves stays. In force from the next ANALYZE on.
"""

from django.db import migrations

SIDES = ("debit_account_id", "credit_account_id")
TEN_TRANSFERS_AN_ACCOUNT = "-0.1"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_run_entries")]

    operations = [
        migrations.RunSQL(
            f"alter table ledger_transfer alter column {side}"
            f" set (n_distinct = {TEN_TRANSFERS_AN_ACCOUNT})",
            f"alter table ledger_transfer alter column {side} reset (n_distinct)",
        )
        for side in SIDES
    ]

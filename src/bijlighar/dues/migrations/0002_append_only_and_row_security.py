"""What was agreed, asked, paid or charged stays; the desk sees its own areas' only."""

from django.db import migrations

from bijlighar.kernel.append_only import append_only
from bijlighar.kernel.row_security import OF_CONNECTION, row_security

OF_AN_AREA = ["dues_plan", "dues_planpayment", "dues_latedays", "dues_interest"]
STATEMENTS = [
    *append_only(
        app="dues",
        advice="open another plan, or reverse the entry in the ledger",
        tables=[*OF_AN_AREA, "dues_monthdone"],
    ),
    *row_security(dict.fromkeys(OF_AN_AREA, OF_CONNECTION)),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("dues", "0001_first_tables"),
        ("people", "0002_desk_role_and_audit"),
        ("connections", "0003_row_security"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]

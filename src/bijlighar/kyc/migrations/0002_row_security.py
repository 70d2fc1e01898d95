"""The desk sees its own areas' papers, decides on them, and never sees a bank account."""

from django.db import migrations

from bijlighar.kernel.row_security import (
    OF_CONNECTION,
    desk_never_sees,
    desk_writes,
    row_security,
)

OF_AN_AREA = ["kyc_consent", "kyc_paper", "kyc_paperpage"]
STATEMENTS = [
    *row_security(dict.fromkeys(OF_AN_AREA, OF_CONNECTION)),
    *desk_writes("kyc_paper"),
    *desk_never_sees("kyc_bankaccount"),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("kyc", "0001_first_tables"),
        ("people", "0002_desk_role_and_audit"),
        ("connections", "0003_row_security"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]

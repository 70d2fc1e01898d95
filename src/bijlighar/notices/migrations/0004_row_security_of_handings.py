"""Handings are seen with their notice; what a browser is reached by, by no desk at all."""

from django.db import migrations

from bijlighar.kernel.row_security import OF_CONNECTION, desk_never_sees, row_security

STATEMENTS = [
    *row_security(
        {
            "notices_handing": (
                "exists (select 1 from notices_notice as seen"
                " where seen.id = {table}.notice_id)"
            ),
            "notices_preference": OF_CONNECTION,
        }
    ),
    *desk_never_sees("notices_pushaddress"),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [("notices", "0003_queue_and_channels")]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]

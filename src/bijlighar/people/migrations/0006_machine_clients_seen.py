"""Who sees a machine client: whoever looks after all of its areas. An answer: who asked."""

from django.db import migrations

from bijlighar.kernel.row_security import PLACES_NOW, desk_writes, row_security

STATEMENTS = [
    *row_security(
        {
            "people_machineclient": (
                "not exists (select 1 from unnest({table}.area_ids) as held (area_id)"
                f" where held.area_id not in ({PLACES_NOW}))"
            ),
            "people_keptanswer": (
                "{table}.actor = current_setting('bijlighar.actor', true)"
            ),
        }
    ),
    *desk_writes("people_machineclient", "people_keptanswer"),
]


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("people", "0005_machine_clients"),
        ("grid", "0001_first_tables"),
    ]

    operations = [migrations.RunSQL(done, undone) for done, undone in STATEMENTS]

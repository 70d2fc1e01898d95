"""Somebody who reads complaints that staff asked for money, and is not of their office."""

from django.db import migrations, models

ROLES = [
    "director",
    "chief_engineer",
    "superintending_engineer",
    "executive_engineer",
    "assistant_engineer",
    "junior_engineer",
    "help_desk_clerk",
    "cashier",
    "field_representative",
    "data_centre_operator",
    "approver",
    "auditor",
    "administrator",
    "vigilance_officer",
]


class Migration(migrations.Migration):
    """Reversible while nobody holds the role."""

    dependencies = [("people", "0007_consumers_act")]

    operations = [
        migrations.RemoveConstraint(model_name="rolegrant", name="role_is_known"),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ROLES)), name="role_is_known"
            ),
        ),
    ]

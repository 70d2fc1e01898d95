"""A broken pole or a wire in the street is complained of by whoever sees it."""

from django.db import migrations, models

from bijlighar.kernel.row_security import DESK, OF_CONNECTION, PLACES_NOW

TABLE = "complaints_complaint"
POLICY = f"alter policy {TABLE}_of_the_area on {TABLE} to {DESK} using"
OF_ITS_CONNECTION = OF_CONNECTION.format(table=TABLE)
OF_CONNECTION_OR_PLACE = (
    f"case when {TABLE}.connection_id is null"
    f" then {TABLE}.transformer_id in ({PLACES_NOW}) else {OF_ITS_CONNECTION} end"
)
CLASSES = [
    "dark_after_recharge",
    "no_supply",
    "danger",
    "street",
    "voltage",
    "recharge",
    "balance",
    "bill",
    "meter",
    "app",
    "asked_for_money",
    "other",
]


class Migration(migrations.Migration):
    """Reversible while no complaint is without a connection."""

    dependencies = [("complaints", "0002_kept_and_row_security")]

    operations = [
        migrations.AlterField(
            model_name="complaint",
            name="connection_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="complaint",
            name="whereabouts",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="complaint",
            name="caller_mobile",
            field=models.TextField(default=""),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("connection_id__isnull", False),
                    models.Q(("whereabouts", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_complaint_is_of_a_home_or_a_place",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="complaint", name="complaint_class_is_known"
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(("class_name__in", CLASSES)),
                name="complaint_class_is_known",
            ),
        ),
        migrations.RunSQL(
            f"{POLICY} ({OF_CONNECTION_OR_PLACE})", f"{POLICY} ({OF_ITS_CONNECTION})"
        ),
    ]

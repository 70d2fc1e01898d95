"""What is nothing for most homes has a default: a night need not send it."""

from django.db import migrations, models

ZERO = (
    "fppas_carried_micropaise",
    "max_demand_w",
    "mtd_excess_demand_paise",
    "mtd_fppas_paise",
    "mtd_minimum_paise",
    "mtd_rebate_paise",
    "mtd_scheme_paise",
    "mtd_subsidy_paise",
    "mtd_time_of_day_paise",
    "shock_paise",
)
NO = ("demand_excused", "is_estimated", "is_provisional")


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [("charges", "0005_versions_and_kept_orders")]

    operations = [
        *[
            migrations.AlterField("daycharge", name, models.BigIntegerField(db_default=0))
            for name in ZERO
        ],
        *[
            migrations.AlterField("daycharge", name, models.BooleanField(db_default=False))
            for name in NO
        ],
        migrations.AlterField(
            "daycharge", "version", models.SmallIntegerField(db_default=0)
        ),
    ]

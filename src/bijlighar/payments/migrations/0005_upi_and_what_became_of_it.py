"""An order's UPI address, who pays it, and what its gateway said when it was asked."""

from django.db import migrations, models
from django.db.models import Q

from bijlighar.kernel.row_security import desk_never_sees


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [("payments", "0004_found_by_time")]

    operations = [
        *(
            migrations.AddField(
                "rechargeorder", name, models.TextField(default="", db_default="")
            )
            for name in ("upi_uri", "upi_opens")
        ),
        migrations.AddField(
            "rechargeorder", "payer_login_id", models.BigIntegerField(null=True)
        ),
        *(
            migrations.AddField("rechargeorder", name, models.DateTimeField(null=True))
            for name in (
                "asked_at",
                "pending_at",
                "failed_at",
                "pending_told_at",
                "failed_told_at",
            )
        ),
        migrations.AddIndex(
            "rechargeorder",
            models.Index(
                fields=["created_at"],
                condition=~Q(state="paid"),
                name="order_without_its_money",
            ),
        ),
        migrations.AddIndex(
            "rechargeorder",
            models.Index(
                fields=["payer_login_id", "-created_at"],
                condition=Q(payer_login_id__isnull=False),
                name="order_of_payer",
            ),
        ),
        migrations.CreateModel(
            name="NumberLookup",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("login_id", models.BigIntegerField()),
                ("network", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["login_id", "at"], name="lookup_of_login"),
                    models.Index(fields=["network", "at"], name="lookup_of_network"),
                ],
            },
        ),
        *(
            migrations.RunSQL(done, undone)
            for done, undone in desk_never_sees("payments_numberlookup")
        ),
    ]

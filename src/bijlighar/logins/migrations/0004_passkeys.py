"""Passkeys of consumers; no page of the desk sees them."""

import django.db.models.deletion
from django.db import migrations, models

from bijlighar.kernel.row_security import desk_never_sees


class Migration(migrations.Migration):
    dependencies = [
        ("logins", "0003_wrong_pairs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Passkey",
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
                ("credential_id", models.BinaryField(unique=True)),
                ("public_key", models.BinaryField()),
                ("sign_count", models.BigIntegerField()),
                ("name", models.TextField(default="")),
                ("added_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "login",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logins.login",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("removed_at", None)),
                        fields=["login"],
                        name="passkey_of_login",
                    )
                ],
            },
        ),
        *(
            migrations.RunSQL(done, undone)
            for done, undone in desk_never_sees("logins_passkey")
        ),
    ]

"""Pairs of consumer and meter number that did not belong together, to be counted."""

import django.db.models.deletion
from django.db import migrations, models

from bijlighar.kernel.row_security import desk_never_sees


class Migration(migrations.Migration):
    dependencies = [
        ("logins", "0002_desk_never_sees"),
    ]

    operations = [
        migrations.CreateModel(
            name="WrongPair",
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
                ("at", models.DateTimeField()),
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
                    models.Index(fields=["login", "-at"], name="wrong_pair_of_login")
                ],
            },
        ),
        *(
            migrations.RunSQL(done, undone)
            for done, undone in desk_never_sees("logins_wrongpair")
        ),
    ]

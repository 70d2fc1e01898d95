"""Invitations by a one-time code, and when a second factor was shown last.

Whoever is signed in when this arrives is asked for the second factor before the next
sensitive change.
"""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

from bijlighar.kernel.row_security import desk_never_sees


def shown_when_signed_in(apps: Any, schema_editor: Any) -> None:
    """What is known of sign-ins that are open already."""
    sign_ins = apps.get_model("people", "SignIn").objects
    sign_ins.filter(factor_shown_at=None).update(factor_shown_at=F("signed_in_at"))


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [
        ("people", "0003_desk_never_sees_secrets"),
        ("axes", "0010_accessattemptexpiration"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
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
                ("code_hash", models.BinaryField(unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_because", models.TextField(default="")),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("staff",),
                        name="one_invitation_is_open_at_a_time",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="signin",
            name="factor_shown_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(shown_when_signed_in, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="signin",
            name="factor_shown_at",
            field=models.DateTimeField(),
        ),
        *[
            migrations.RunSQL(done, undone)
            for done, undone in desk_never_sees(
                "people_invitation",
                "axes_accessattempt",
                "axes_accessattemptexpiration",
                "axes_accessfailurelog",
                "axes_accesslog",
            )
        ],
    ]

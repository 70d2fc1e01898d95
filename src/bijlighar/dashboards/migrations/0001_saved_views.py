"""Questions that people keep. Whose they are is no matter of areas: the access functions
of `dashboards` show each person their own."""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from bijlighar.kernel.row_security import desk_writes


class Migration(migrations.Migration):
    """Reversible."""

    initial = True

    dependencies = [("people", "0002_desk_role_and_audit")]

    operations = [
        migrations.CreateModel(
            name="SavedView",
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
                ("staff_id", models.BigIntegerField()),
                ("page", models.TextField()),
                ("name", models.TextField()),
                ("query", models.TextField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["staff_id", "page", "name"],
                        condition=Q(ends_at=None),
                        name="one_view_a_name_and_page",
                    ),
                    models.CheckConstraint(
                        condition=Q(name__regex=r"^.{1,60}$"),
                        name="a_view_has_a_name",
                    ),
                    models.CheckConstraint(
                        condition=LessThanOrEqual(Length("query"), 1000),
                        name="a_view_is_short",
                    ),
                    models.CheckConstraint(
                        condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                        name="a_view_ends_after_it_starts",
                    ),
                ]
            },
        ),
        *[migrations.RunSQL(*both) for both in desk_writes("dashboards_savedview")],
    ]

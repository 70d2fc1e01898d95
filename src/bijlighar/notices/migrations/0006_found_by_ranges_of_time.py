"""A month of notices is found by ranges of pages: the queue pays for one index less."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    """Reversible."""

    dependencies = [("notices", "0005_each_source_is_told_once")]

    operations = [
        migrations.RemoveIndex(model_name="notice", name="notice_by_time"),
        migrations.AddIndex(
            model_name="notice",
            index=BrinIndex(
                fields=["created_at"], name="notice_by_time", autosummarize=True
            ),
        ),
    ]

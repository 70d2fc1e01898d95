"""A consumer who changes something of their own stands in the audit trail as one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Reversible while no consumer stands in the trail."""

    dependencies = [("people", "0006_machine_clients_seen")]

    operations = [
        migrations.RemoveConstraint(model_name="auditrecord", name="actor_kind_is_known"),
        migrations.AddConstraint(
            model_name="auditrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("actor_kind__in", ["staff", "client", "system", "consumer"])
                ),
                name="actor_kind_is_known",
            ),
        ),
    ]

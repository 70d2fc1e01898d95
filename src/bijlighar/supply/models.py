"""States of supplies, what changed them and what was warned of; private to this domain."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bijlighar.supply.values import SupplyState


class Supply(models.Model):
    """The present state of one connection's supply."""

    connection_id = models.BigIntegerField(primary_key=True)
    state = models.TextField()
    since = models.DateTimeField()
    emergency_ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in SupplyState]),
                name="supply_state_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"supply {self.pk}"


class SupplyChange(models.Model):
    """One change of a supply, for ever: from what, to what, when and why."""

    connection_id = models.BigIntegerField(db_index=True)
    event = models.TextField()
    state_before = models.TextField()
    state_after = models.TextField()
    at = models.DateTimeField()
    because = models.TextField()
    balance_paise = models.BigIntegerField(null=True)
    balance_as_of = models.DateTimeField(null=True)
    policy = models.TextField()

    def __str__(self) -> str:
        return f"supply change {self.pk}"


class LowBalanceWarning(models.Model):
    """A threshold crossed, once a recharge; of several at once the lowest is told."""

    connection_id = models.BigIntegerField()
    recharge_key = models.TextField()
    percent = models.SmallIntegerField()
    is_told = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection_id", "recharge_key", "percent"],
                name="a_threshold_is_warned_of_once_a_recharge",
            )
        ]

    def __str__(self) -> str:
        return f"warning {self.pk}"

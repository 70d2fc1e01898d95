"""Orders, receipts and what gateways sent; private to this domain."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class RechargeOrder(models.Model):
    """A recharge that somebody started."""

    id = models.UUIDField(primary_key=True)
    connection_id = models.BigIntegerField(db_index=True)
    consumer_number = models.TextField()
    gateway = models.TextField()
    gateway_order_id = models.TextField(default="")
    pay_url = models.TextField(default="")
    upi_uri = models.TextField(default="", db_default="")
    """What a UPI app opens; empty where the gateway gave none."""
    upi_opens = models.TextField(default="", db_default="")
    """What a phone is led to instead: the pretend UPI app of the demo."""
    amount_paise = models.BigIntegerField()
    state = models.TextField()
    created_at = models.DateTimeField()
    payer_login_id = models.BigIntegerField(null=True)
    """Who pays, where that is somebody who may not see the connection."""
    asked_at = models.DateTimeField(null=True)
    """When the gateway was last asked what became of it."""
    pending_at = models.DateTimeField(null=True)
    """Since when the gateway says that a payment is on its way."""
    failed_at = models.DateTimeField(null=True)
    pending_told_at = models.DateTimeField(null=True)
    failed_told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=~Q(state="paid"),
                name="order_without_its_money",
            ),
            models.Index(
                fields=["payer_login_id", "-created_at"],
                condition=Q(payer_login_id__isnull=False),
                name="order_of_payer",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "gateway_order_id"],
                condition=~Q(gateway_order_id=""),
                name="one_order_a_gateway_order",
            ),
            models.CheckConstraint(
                condition=Q(amount_paise__gt=0), name="recharge_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["created", "paid", "failed"]),
                name="recharge_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"


class NumberLookup(models.Model):
    """A consumer number that somebody typed to pay for it: counted against guessing."""

    id = models.BigAutoField(primary_key=True)
    login_id = models.BigIntegerField()
    network = models.TextField()
    at = models.DateTimeField()
    """By the real clock."""

    class Meta:
        indexes = [
            models.Index(fields=["login_id", "at"], name="lookup_of_login"),
            models.Index(fields=["network", "at"], name="lookup_of_network"),
        ]

    def __str__(self) -> str:
        return f"lookup {self.pk}"


class Payment(models.Model):
    """A captured payment, credited in the transaction that wrote this row: once."""

    order = models.ForeignKey(RechargeOrder, on_delete=models.PROTECT, related_name="+")
    connection_id = models.BigIntegerField(db_index=True)
    gateway = models.TextField()
    gateway_payment_id = models.TextField()
    amount_paise = models.BigIntegerField()
    captured_at = models.DateTimeField()
    credited_at = models.DateTimeField()
    balance_before_paise = models.BigIntegerField(null=True)
    """What the wallet held when it was credited."""

    class Meta:
        indexes = [BrinIndex(fields=["credited_at"], name="payment_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "gateway_payment_id"], name="a_payment_is_credited_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_paise__gt=0), name="payment_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"payment {self.pk}"


class WebhookReceived(models.Model):
    """A verified message of a gateway, byte for byte, kept as evidence."""

    gateway = models.TextField()
    body = models.BinaryField()
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"webhook {self.pk}"

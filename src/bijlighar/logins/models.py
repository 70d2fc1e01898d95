"""Logins of consumers, their codes and sign-ins, and what they may see; private.

Every time here is a real one but those of a change of number, which the product's clock
carries out.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bijlighar.logins.values import Access, How, Purpose

E164 = r"^\+[1-9][0-9]{7,14}$"


class Login(models.Model):
    """A mobile number by which somebody signs in, or is going to."""

    mobile = models.TextField(unique=True)
    first_signed_in_at = models.DateTimeField(null=True)
    last_signed_in_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mobile__regex=E164), name="login_mobile_is_e164"
            )
        ]

    def __str__(self) -> str:
        return f"login {self.pk}"


class Code(models.Model):
    """A code that was asked for: never the code itself."""

    mobile = models.TextField()
    purpose = models.TextField()
    about = models.TextField(default="")
    """What it is about, such as a consumer number; the code is for nothing else."""
    browser_hash = models.BinaryField()
    network = models.TextField()
    salt = models.BinaryField()
    hash = models.BinaryField()
    """Argon2id of the code's HMAC: neither the table nor a fast computer tells the code."""
    digits = models.SmallIntegerField()
    is_known = models.BooleanField()
    """Whether the number belonged to a connection or a login."""
    is_trusted = models.BooleanField()
    """Whether this browser has signed in with this number before."""
    is_sent = models.BooleanField()
    asked_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(default="")
    """used, replaced or tried too often."""

    class Meta:
        indexes = [
            models.Index(fields=["mobile", "-asked_at"], name="code_of_number"),
            models.Index(fields=["network", "-asked_at"], name="code_of_network"),
            models.Index(fields=["asked_at"], name="code_age"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=[one.value for one in Purpose]),
                name="code_purpose_is_known",
            ),
            models.CheckConstraint(
                condition=Q(tries__gte=0, tries__lte=5), name="a_code_has_five_tries"
            ),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"


class WrongTry(models.Model):
    """A code that was typed and was none."""

    network = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["network", "-at"], name="wrong_try_of_network"),
            models.Index(fields=["at"], name="wrong_try_age"),
        ]

    def __str__(self) -> str:
        return f"wrong try {self.pk}"


class WrongPair(models.Model):
    """A consumer number and a meter number that a login typed and that do not belong."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["login", "-at"], name="wrong_pair_of_login")]

    def __str__(self) -> str:
        return f"wrong pair {self.pk}"


class SignIn(models.Model):
    """One sign-in on one phone or computer, until it ends."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    key_hash = models.BinaryField(unique=True)
    """SHA-256 of the cookie's 256 random bits: the table does not let anybody in."""
    browser_hash = models.BinaryField()
    network = models.TextField()
    agent = models.TextField(default="")
    signed_in_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["login", "browser_hash"], name="login_device"),
            models.Index(
                fields=["login"], condition=Q(ended_at=None), name="login_signed_in"
            ),
        ]

    def __str__(self) -> str:
        return f"consumer sign-in {self.pk}"


class Passkey(models.Model):
    """A passkey of a login: the public half; removed, never deleted."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField()
    name = models.TextField(default="")
    added_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["login"], condition=Q(removed_at=None), name="passkey_of_login"
            )
        ]

    def __str__(self) -> str:
        return f"passkey {self.pk}"


class Membership(models.Model):
    """A connection that a login may see though its number is not the primary one."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(
        "connections.Connection", on_delete=models.PROTECT, related_name="+"
    )
    access = models.TextField()
    how = models.TextField()
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["login", "connection"],
                condition=Q(ended_at=None),
                name="a_login_is_a_member_once",
            ),
            models.CheckConstraint(
                condition=Q(access__in=[Access.VIEW.value, Access.PAY.value]),
                name="members_view_or_pay",
            ),
            models.CheckConstraint(
                condition=Q(how__in=[one.value for one in How]), name="how_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"


class NumberChange(models.Model):
    """A primary number that is to become another one; times are the product's."""

    connection = models.ForeignKey(
        "connections.Connection", on_delete=models.PROTECT, related_name="+"
    )
    old_mobile = models.TextField()
    new_mobile = models.TextField()
    is_old_lost = models.BooleanField()
    """Whether the old number could not prove itself: the change waits."""
    asked_by = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.TextField()
    """waiting, done or cancelled."""
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state="waiting"), name="number_change_due"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(state="waiting"),
                name="one_change_of_number_waits",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "done", "cancelled"]),
                name="number_change_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(new_mobile__regex=E164), name="new_mobile_is_e164"
            ),
        ]

    def __str__(self) -> str:
        return f"number change {self.pk}"

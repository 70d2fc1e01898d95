"""Staff, their grants and sign-ins, and the audit trail; private to this domain."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from bijlighar.people.values import ActorKind, Role


class StaffByLogin(BaseUserManager["Staff"]):
    """Finds staff by login name, as Django's sign-in asks."""


class Staff(AbstractBaseUser):
    """A member of staff: a person who may sign in at the desk."""

    login = models.TextField(unique=True)
    name_en = models.TextField()
    name_hi = models.TextField()
    email = models.TextField(default="")
    mobile = models.TextField(default="")
    language = models.TextField(default="hi")
    is_active = models.BooleanField(default=True)
    is_enrolled = models.BooleanField(default=False)
    """Whether a password and a second factor of this person's own have been set."""
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    objects = StaffByLogin()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(login__regex=r"^[a-z0-9][a-z0-9._-]{2,39}$"),
                name="login_is_3_to_40_plain_letters",
            ),
            models.CheckConstraint(
                condition=Q(mobile="") | Q(mobile__regex=r"^\+[1-9][0-9]{7,14}$"),
                name="staff_mobile_is_e164",
            ),
            models.CheckConstraint(
                condition=Q(language__in=["hi", "en"]), name="staff_language_is_hi_or_en"
            ),
        ]

    def __str__(self) -> str:
        return f"staff {self.pk}"


class RoleGrant(models.Model):
    """A role in an area for a time; ended, never deleted."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    role = models.TextField()
    area_id = models.BigIntegerField(db_index=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    why = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                name="a_grant_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["staff", "role", "area_id"],
                condition=Q(ends_at=None),
                name="a_role_is_held_once_in_an_area",
            ),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"


class SignIn(models.Model):
    """One sign-in of one person, until it ends; times are real ones, never a demo's."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    key_hash = models.BinaryField(unique=True)
    """SHA-256 of the session's key: the table does not let anybody in."""
    factor = models.TextField()
    """passkey or totp."""
    address = models.TextField()
    agent = models.TextField(default="")
    signed_in_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    factor_shown_at = models.DateTimeField()
    """When the second factor was shown last: sensitive changes ask for it anew."""
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["staff"], condition=Q(ended_at=None), name="sign_in_open")
        ]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"


class Invitation(models.Model):
    """A one-time code with which somebody sets a password and a second factor.

    One is open at a time; times are real ones.
    """

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    code_hash = models.BinaryField(unique=True)
    """SHA-256 of the code, which has 120 random bits."""
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(default="")
    """used, replaced or closed."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff"],
                condition=Q(ended_at=None),
                name="one_invitation_is_open_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Chain(models.Model):
    """Where the audit trail's chain stands: one row."""

    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"chain at {self.seq}"


class AuditRecord(models.Model):
    """One change of state, chained to the one before; written by a database function.

    `payload` is what is hashed; the other columns repeat it for searching.
    """

    seq = models.BigIntegerField(primary_key=True)
    payload = models.TextField()
    previous_hash = models.BinaryField()
    hash = models.BinaryField()
    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.BigIntegerField()
    actor_name = models.TextField()
    channel = models.TextField()
    address = models.TextField()
    request_id = models.TextField()
    action = models.TextField()
    object_kind = models.TextField()
    object_id = models.TextField()
    place_id = models.BigIntegerField(null=True)
    why = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["object_kind", "object_id", "-seq"], name="audit_object"),
            models.Index(fields=["actor_kind", "actor_id", "-seq"], name="audit_actor"),
            models.Index(fields=["action", "-seq"], name="audit_action"),
            models.Index(fields=["at"], name="audit_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(actor_kind__in=[kind.value for kind in ActorKind]),
                name="actor_kind_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"audit record {self.pk}"


class SignedHead(models.Model):
    """The chain's head at some instant, signed with a key that the database never holds."""

    seq = models.BigIntegerField()
    hash = models.BinaryField()
    at = models.DateTimeField()
    key_id = models.TextField()
    signature = models.BinaryField()

    def __str__(self) -> str:
        return f"signed head {self.pk}"


class MachineClient(models.Model):
    """Another system that may ask the API: what it may ask, where, and who answers for it.

    Its name and secret for OAuth 2 are kept by django-oauth-toolkit, hashed.
    """

    application = models.OneToOneField(
        "oauth2_provider.Application", on_delete=models.PROTECT, related_name="+"
    )
    client_id = models.TextField(unique=True)
    name = models.TextField()
    purpose = models.TextField()
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    scopes = ArrayField(models.TextField())
    area_ids = ArrayField(models.BigIntegerField())
    registered_at = models.DateTimeField()
    secret_changed_at = models.DateTimeField()
    last_token_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__len__gt=0), name="a_client_may_ask_something"
            ),
            models.CheckConstraint(
                condition=Q(area_ids__len__gt=0), name="a_client_belongs_somewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"machine client {self.pk}"


class KeptAnswer(models.Model):
    """What a write over the API was answered, so that asking again changes nothing."""

    actor = models.TextField()
    key = models.TextField()
    request_hash = models.BinaryField()
    status = models.SmallIntegerField()
    body = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "key"], name="a_key_is_answered_once_an_actor"
            )
        ]
        indexes = [models.Index(fields=["kept_at"], name="kept_answer_age")]

    def __str__(self) -> str:
        return f"kept answer {self.pk}"

"""Sign-ins: opened after both factors, looked at by every request, ended at once.

Times here are real ones: a demo's clock runs faster than the people at its desk.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from bijlighar.people.models import SignIn
from bijlighar.people.values import SessionLimits

SEEN_EVERY = timedelta(seconds=30)
"""`last_seen_at` is written at most this often."""


def key_hash(session_key: str) -> bytes:
    """What the table keeps of a session's key."""
    return sha256(session_key.encode()).digest()


def open_(
    *,
    staff_id: int,
    session_key: str,
    factor: str,
    address: str,
    agent: str,
    real_now: datetime,
) -> int:
    """A person has shown both factors; the sign-in's id."""
    return SignIn.objects.create(
        staff_id=staff_id,
        key_hash=key_hash(session_key),
        factor=factor,
        address=address,
        agent=agent[:200],
        signed_in_at=real_now,
        last_seen_at=real_now,
        factor_shown_at=real_now,
    ).pk


def found(session_key: str) -> SignIn | None:
    """The open sign-in of a session whose person may still sign in."""
    return SignIn.objects.filter(
        key_hash=key_hash(session_key), ended_at=None, staff__is_active=True
    ).first()


def lasts(sign_in: SignIn, limits: SessionLimits, real_now: datetime) -> bool:
    """Whether it has lasted neither too long nor too long without a request."""
    return (
        real_now - sign_in.signed_in_at < limits.whole
        and real_now - sign_in.last_seen_at < limits.idle
    )


def seen(sign_in: SignIn, real_now: datetime) -> None:
    """Note that the person is there."""
    if real_now - sign_in.last_seen_at >= SEEN_EVERY:
        SignIn.objects.filter(pk=sign_in.pk, ended_at=None).update(last_seen_at=real_now)


def end(*, sign_in_id: int, because: str, real_now: datetime) -> None:
    """The sign-in ends; nothing happens where it has ended."""
    SignIn.objects.filter(pk=sign_in_id, ended_at=None).update(
        ended_at=real_now, ended_because=because
    )


def end_by_key(*, session_key: str, because: str, real_now: datetime) -> int | None:
    """The open sign-in of a session ends; whose it was, None where there is none."""
    held = SignIn.objects.filter(key_hash=key_hash(session_key), ended_at=None)
    staff_id = held.values_list("staff_id", flat=True).first()
    held.update(ended_at=real_now, ended_because=because)
    return staff_id


def end_all(*, staff_id: int, because: str, real_now: datetime, but: bytes = b"") -> int:
    """Every open sign-in of a person (but one) ends at once; how many there were."""
    held = SignIn.objects.filter(staff_id=staff_id, ended_at=None)
    return held.exclude(key_hash=but).update(ended_at=real_now, ended_because=because)


def factor_shown_at(*, session_key: str) -> datetime | None:
    """When the second factor was shown last in an open sign-in."""
    held = SignIn.objects.filter(key_hash=key_hash(session_key), ended_at=None)
    return held.values_list("factor_shown_at", flat=True).first()


def renew(*, session_key: str, new_key: str, factor: str, real_now: datetime) -> None:
    """The second factor was shown again; the session has a new key from now on."""
    SignIn.objects.filter(key_hash=key_hash(session_key), ended_at=None).update(
        key_hash=key_hash(new_key),
        factor=factor,
        factor_shown_at=real_now,
        last_seen_at=real_now,
    )

"""Sign-ins of consumers: one a device, seen and ended by their owner."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet

from bijlighar.logins import rules
from bijlighar.logins._codes import REVOKED, browser_hash
from bijlighar.logins.models import Login, Membership, Passkey, SignIn
from bijlighar.logins.values import Device, NewSignIn, SignedIn

TOKEN_BYTES = 32
SEEN_EVERY = timedelta(minutes=5)
"""`last_seen_at` is written at most this often."""


def sign_in(
    *,
    mobile: str,
    browser: str,
    agent: str,
    address: str,
    is_by_code: bool,
    now: datetime,
    real_now: datetime,
) -> NewSignIn:
    """Open a sign-in for a number that was just proven. See service."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        login = login_of(mobile)
        is_first = login.first_signed_in_at is None
        _let_go_of_idle(login, now=now, real_now=real_now)
        _end_of_browser(login.pk, browser, real_now)
        held = SignIn.objects.create(
            login=login,
            key_hash=_key_hash(token),
            browser_hash=browser_hash(browser),
            network=rules.network_of(address),
            agent=agent[:200],
            signed_in_at=real_now,
            last_seen_at=real_now,
        )
        if is_by_code:
            Login.objects.filter(pk=login.pk).update(
                first_signed_in_at=login.first_signed_in_at or real_now,
                last_signed_in_at=real_now,
            )
        _end_the_oldest(login.pk, real_now)
    return NewSignIn(
        signed_in=SignedIn(
            login_id=login.pk,
            mobile=mobile,
            sign_in_id=held.pk,
            signed_in_at=real_now,
        ),
        is_first=is_first,
        token=token,
    )


def signed_in(*, token: str, real_now: datetime, is_present: bool) -> SignedIn | None:
    """Who asks by this token; None where nobody does (any more)."""
    held = (
        SignIn.objects.filter(key_hash=_key_hash(token), ended_at=None)
        .select_related("login")
        .first()
    )
    if held is None:
        return None
    lasts = (
        real_now - held.signed_in_at < rules.SIGN_IN_LASTS
        and real_now - held.last_seen_at < rules.SIGN_IN_LASTS_UNSEEN
    )
    if not lasts:
        _end(SignIn.objects.filter(pk=held.pk), "too long", real_now)
        return None
    if is_present and real_now - held.last_seen_at >= SEEN_EVERY:
        SignIn.objects.filter(pk=held.pk, ended_at=None).update(last_seen_at=real_now)
    return SignedIn(
        login_id=held.login_id,
        mobile=held.login.mobile,
        sign_in_id=held.pk,
        signed_in_at=held.signed_in_at,
    )


def sign_out(*, token: str, real_now: datetime) -> None:
    """The sign-in of this token ends; nothing happens where there is none."""
    _end(SignIn.objects.filter(key_hash=_key_hash(token)), "signed out", real_now)


def devices(*, by: SignedIn) -> tuple[Device, ...]:
    """Where the same number is signed in, the one seen last first."""
    held = SignIn.objects.filter(login_id=by.login_id, ended_at=None)
    return tuple(
        Device(
            sign_in_id=one.pk,
            agent=one.agent,
            address=one.network,
            signed_in_at=one.signed_in_at,
            last_seen_at=one.last_seen_at,
            is_this=one.pk == by.sign_in_id,
        )
        for one in held.order_by("-last_seen_at", "-pk")
    )


def revoke_device(*, by: SignedIn, sign_in_id: int, real_now: datetime) -> bool:
    """A device is signed in no more and trusted no more; False where it was not."""
    own = SignIn.objects.filter(login_id=by.login_id, pk=sign_in_id)
    browsers = list(own.values_list("browser_hash", flat=True))
    with transaction.atomic():
        ended = _end(own, REVOKED, real_now)
        SignIn.objects.filter(login_id=by.login_id, browser_hash__in=browsers).update(
            ended_because=REVOKED
        )
    return bool(ended)


def login_of(mobile: str) -> Login:
    """The login of a number; it is made where there is none."""
    return Login.objects.get_or_create(mobile=mobile)[0]


def end_all(*, login_id: int, because: str, real_now: datetime) -> None:
    """A number is signed in nowhere any more."""
    _end(SignIn.objects.filter(login_id=login_id), because, real_now)


def _let_go_of_idle(login: Login, *, now: datetime, real_now: datetime) -> None:
    """A number that was idle may be somebody else's by now: what it was given ends."""
    last = login.last_signed_in_at
    if last is None or real_now - last < rules.NUMBER_IS_IDLE_AFTER:
        return
    end_all(login_id=login.pk, because="idle number", real_now=real_now)
    SignIn.objects.filter(login_id=login.pk).update(ended_because=REVOKED)
    Passkey.objects.filter(login_id=login.pk, removed_at=None).update(removed_at=real_now)
    Membership.objects.filter(login_id=login.pk, ended_at=None).update(
        ended_at=now, ended_because="idle number"
    )


def _end_of_browser(login_id: int, browser: str, real_now: datetime) -> None:
    """A browser has one sign-in at a time."""
    held = SignIn.objects.filter(login_id=login_id, browser_hash=browser_hash(browser))
    _end(held, "signed in again", real_now)


def _end_the_oldest(login_id: int, real_now: datetime) -> None:
    held = SignIn.objects.filter(login_id=login_id, ended_at=None).order_by("-last_seen_at")
    old = list(held.values_list("pk", flat=True)[rules.MOST_DEVICES :])
    _end(SignIn.objects.filter(pk__in=old), "too many devices", real_now)


def _end(held: QuerySet[SignIn], because: str, real_now: datetime) -> int:
    return held.filter(ended_at=None).update(ended_at=real_now, ended_because=because)


def _key_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()

"""Codes: asked for within limits, kept as hashes, used once."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

import structlog
from argon2.low_level import Type, hash_secret_raw
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from bijlighar.connections import service as connections
from bijlighar.kernel.errors import BijligharError
from bijlighar.logins import rules
from bijlighar.logins.models import Code, Login, SignIn, WrongTry
from bijlighar.logins.values import Checked, CodeAsked, IssuedCode, Outcome, Purpose
from bijlighar.people import service as people

log = structlog.get_logger()

SALT_BYTES = 16
MEMORY_KIB = 8 * 1024
ALARM_EVERY = timedelta(minutes=5)
REVOKED = "revoked"
"""Why a sign-in ended that its owner does not trust any more."""


class AskedTooOften(BijligharError):
    """No code is sent to this number, from this address or at all before `until`."""

    def __init__(self, until: datetime) -> None:
        """`until` is real time."""
        super().__init__(f"The next code may be asked for at {until:%H:%M:%S} UTC.")
        self.until = until


def ask_code(
    *,
    mobile: str,
    purpose: Purpose,
    browser: str,
    address: str,
    about: str,
    real_now: datetime,
) -> IssuedCode:
    """Make a code within all limits, in place of one asked for before. See service."""
    network = rules.network_of(address)
    with people.as_the_system(), transaction.atomic():
        _one_at_a_time(mobile)
        is_trusted = _has_signed_in(mobile, browser)
        _within_limits(mobile, network, is_trusted=is_trusted, real_now=real_now)
        # Both are asked for every number, so that no answer is quicker than another.
        is_known, unknown_is_sent = _is_known(mobile), _unknown_may_be_sent(real_now)
        count = rules.digits_wanted(wrong_of_all=_wrong_of_all(real_now))
        digits = f"{secrets.randbelow(10**count):0{count}d}"
        salt = secrets.token_bytes(SALT_BYTES)
        _of(mobile, purpose, browser, about).update(
            ended_at=real_now, ended_because="replaced"
        )
        held = Code.objects.create(
            mobile=mobile,
            purpose=purpose.value,
            about=about,
            browser_hash=browser_hash(browser),
            network=network,
            salt=salt,
            hash=_hash(digits, salt),
            digits=count,
            is_known=is_known,
            is_trusted=is_trusted,
            is_sent=is_known or unknown_is_sent,
            asked_at=real_now,
        )
        _alarm(real_now)
        return IssuedCode(
            code_id=held.pk,
            asked=CodeAsked(
                mobile=mobile,
                purpose=purpose,
                expires_at=real_now + rules.CODE_LASTS,
                again_at=rules.again_at(
                    asked=_asked(mobile, is_trusted=is_trusted, real_now=real_now),
                    now=real_now,
                ),
            ),
            is_to_send=held.is_sent,
            digits=digits,
        )


def check_code(
    *,
    mobile: str,
    purpose: Purpose,
    browser: str,
    address: str,
    code: str,
    about: str,
    real_now: datetime,
) -> Checked:
    """Look at a code that was typed; one try less where it is wrong. See service."""
    network = rules.network_of(address)
    with people.as_the_system(), transaction.atomic():
        if _wrong_of(network, real_now) >= rules.WRONG_OF_ADDRESS:
            log.warning("logins.code.refused", because="address", network=network)
            return Checked(outcome=Outcome.WAIT)
        held = _of(mobile, purpose, browser, about).select_for_update().first()
        typed = code.replace(" ", "")
        is_right = compare_digest(
            _hash(typed, bytes(held.salt) if held else bytes(SALT_BYTES)),
            bytes(held.hash) if held else b"",
        )
        if held is None or not _counts(held, real_now):
            return Checked(outcome=Outcome.GONE)
        if is_right:
            _end(held, "used", real_now)
            return Checked(outcome=Outcome.RIGHT)
        WrongTry.objects.create(network=network, at=real_now)
        _alarm_of_guesses(real_now)
        held.tries += 1
        held.save(update_fields=["tries"])
        if held.tries >= rules.MOST_TRIES:
            _end(held, "tried too often", real_now)
            return Checked(outcome=Outcome.GONE)
        return Checked(outcome=Outcome.WRONG, tries_left=rules.MOST_TRIES - held.tries)


def browser_hash(browser: str) -> bytes:
    """What the tables keep of the name that a browser was given."""
    return sha256(browser.encode()).digest()


def forget(*, real_now: datetime) -> None:
    """Take codes and wrong tries away that are older than anybody asks for."""
    before = real_now - rules.CODES_ARE_KEPT
    Code.objects.filter(asked_at__lt=before).delete()
    WrongTry.objects.filter(at__lt=before).delete()


def _hash(digits: str, salt: bytes) -> bytes:
    """Slow by Argon2, and worth nothing without the key that no database holds."""
    keyed = salted_hmac("bijlighar.logins.code", digits, algorithm="sha256").digest()
    return hash_secret_raw(
        keyed,
        salt,
        time_cost=1,
        memory_cost=MEMORY_KIB,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )


def _one_at_a_time(mobile: str) -> None:
    """Until the transaction's end nobody else asks for a code to this number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended('logins ' || %s, 0))", [mobile]
        )


def _of(mobile: str, purpose: Purpose, browser: str, about: str) -> QuerySet[Code]:
    """The code that is open for exactly this; at most one."""
    return Code.objects.filter(
        mobile=mobile,
        purpose=purpose.value,
        about=about,
        browser_hash=browser_hash(browser),
        ended_at=None,
    ).order_by("-pk")


def _counts(held: Code, real_now: datetime) -> bool:
    """Whether a code still counts: not expired, and long enough while many guess."""
    if real_now - held.asked_at >= rules.CODE_LASTS:
        return False
    return held.digits >= rules.digits_wanted(wrong_of_all=_wrong_of_all(real_now))


def _end(held: Code, because: str, real_now: datetime) -> None:
    Code.objects.filter(pk=held.pk).update(ended_at=real_now, ended_because=because)


def _within_limits(
    mobile: str, network: str, *, is_trusted: bool, real_now: datetime
) -> None:
    """Raises AskedTooOften."""
    until = rules.again_at(
        asked=_asked(mobile, is_trusted=is_trusted, real_now=real_now), now=real_now
    )
    lately = Code.objects.filter(asked_at__gt=real_now - rules.HOUR)
    # Whoever has signed in before is counted apart: an attack that uses up the hour's codes
    # with other people's numbers leaves its victims theirs.
    of_all = lately.filter(is_sent=True, is_trusted=is_trusted)
    used_up = _used_up_until(of_all, rules.CODES_OF_ALL)
    if used_up is not None:
        log.critical("logins.codes.used_up", is_trusted=is_trusted, until=str(used_up))
    by_network = _used_up_until(lately.filter(network=network), rules.CODES_OF_ADDRESS)
    until = max([until, *(at for at in (used_up, by_network) if at is not None)])
    if until > real_now:
        raise AskedTooOften(until)


def _used_up_until(lately: QuerySet[Code], most: int) -> datetime | None:
    """When the oldest of as many codes as an hour has is an hour old; None if fewer are."""
    last = lately.order_by("-asked_at").values_list("asked_at", flat=True)[most - 1 : most]
    return max((at + rules.HOUR for at in last), default=None)


def _asked(mobile: str, *, is_trusted: bool, real_now: datetime) -> list[datetime]:
    """When this number was sent codes in the last day.

    What a browser that has signed in with it asks for is counted by itself: a stranger who
    uses up a number's codes does not lock its owner out.
    """
    return list(
        Code.objects.filter(
            mobile=mobile, is_trusted=is_trusted, asked_at__gt=real_now - rules.DAY
        )
        .order_by("asked_at")
        .values_list("asked_at", flat=True)
    )


def _has_signed_in(mobile: str, browser: str) -> bool:
    held = SignIn.objects.filter(login__mobile=mobile, browser_hash=browser_hash(browser))
    return held.exclude(ended_because=REVOKED).exists()


def _is_known(mobile: str) -> bool:
    has_signed_in = Login.objects.filter(
        mobile=mobile, first_signed_in_at__isnull=False
    ).exists()
    return connections.is_a_primary_number(mobile=mobile) or has_signed_in


def _unknown_may_be_sent(real_now: datetime) -> bool:
    """Whether the hour's codes to unknown numbers are not used up."""
    unknown = Code.objects.filter(is_known=False, asked_at__gt=real_now - rules.HOUR)
    sent = unknown.filter(is_sent=True)[: rules.CODES_TO_UNKNOWN].count()
    return sent < rules.CODES_TO_UNKNOWN


def _alarm(real_now: datetime) -> None:
    """Somebody has codes sent to numbers that are nobody's: a person has to look."""
    silent = Code.objects.filter(is_sent=False, asked_at__gt=real_now - ALARM_EVERY)
    if silent[:2].count() == 1:
        log.critical("logins.codes.pumped", codes_an_hour=rules.CODES_TO_UNKNOWN)


def _wrong_of(network: str, real_now: datetime) -> int:
    held = WrongTry.objects.filter(network=network, at__gt=real_now - rules.HOUR)
    return held[: rules.WRONG_OF_ADDRESS].count()


def _wrong_of_all(real_now: datetime) -> int:
    held = WrongTry.objects.filter(at__gt=real_now - rules.BREAKER_LOOKS_BACK)
    return held[: rules.WRONG_OF_ALL].count()


def _alarm_of_guesses(real_now: datetime) -> None:
    """Many guess at codes: they are longer from this try on, and a person has to look."""
    if _wrong_of_all(real_now) >= rules.WRONG_OF_ALL:  # Two at once may step over it.
        log.critical("logins.codes.guessed_at", wrong_in_ten_minutes=rules.WRONG_OF_ALL)

"""Second factors: passkeys (WebAuthn) and one-time codes of an authenticator app (TOTP).

Keys stay in the tables of django-otp and django-otp-webauthn, which the desk's database
role cannot read; what crosses the border here holds none.
Source: security reference A11; RFC 6238; WebAuthn level 3.
"""

from __future__ import annotations

import json
from datetime import datetime
from secrets import token_hex

from django.db import transaction
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.models import WebAuthnCredential, WebAuthnUserHandle
from webauthn.helpers.exceptions import WebAuthnException

from bijlighar.kernel.errors import BijligharError
from bijlighar.people import _audit
from bijlighar.people._places import place_of
from bijlighar.people._system import as_the_system
from bijlighar.people.models import Staff
from bijlighar.people.values import Change, Factor, PasskeyQuestion, Viewer

STEP_S = 30
MOST_PASSKEYS = 10
LONGEST_NAME = 60


class WrongCode(BijligharError):
    """The six digits are not the ones that the app shows now, or were used already."""


class WrongPasskey(BijligharError):
    """The browser's answer does not prove a passkey of this person."""


class LastFactor(BijligharError):
    """Without this second factor nobody could sign in to the account any more."""


def factors_of(*, staff_id: int) -> tuple[Factor, ...]:
    """Every second factor somebody has, passkeys first."""
    with as_the_system():
        passkeys = WebAuthnCredential.objects.filter(user_id=staff_id, confirmed=True)
        codes = TOTPDevice.objects.filter(user_id=staff_id, confirmed=True)
        return tuple(
            Factor(
                kind=kind,
                factor_id=one.pk,
                name=one.name,
                added_at=one.created_at,
                last_used_at=one.last_used_at,
            )
            for kind, held in (("passkey", passkeys), ("totp", codes))
            for one in held.order_by("pk")
        )


# Codes of an authenticator app


def new_totp_key() -> str:
    """A fresh key of 160 bits, as hex: shown to its owner and nobody else."""
    return token_hex(20)


def check_totp(*, staff_id: int, code: str) -> bool:
    """Whether these six digits are somebody's now; each works once, by the real clock.

    After a wrong one the next is looked at after 1 s, then 2, 4, 8 and so on.
    """
    with as_the_system(), transaction.atomic():
        held = TOTPDevice.objects.select_for_update().filter(
            user_id=staff_id, confirmed=True
        )
        device = held.order_by("pk").first()
        return device is not None and bool(device.verify_token(_digits(code)))


def add_totp(*, staff_id: int, key: str, code: str, real_now: datetime) -> None:
    """An app shows codes of this key (hex) from now on, in place of the app before.

    `code` proves that the app has it. Raises WrongCode; the caller audits.
    """
    totp = TOTP(bytes.fromhex(key), step=STEP_S)
    totp.time = real_now.timestamp()
    digits = _digits(code)
    if not digits or not totp.verify(int(digits), tolerance=1):
        raise WrongCode("These are not the six digits that the app shows now.")
    with as_the_system(), transaction.atomic():
        Staff.objects.select_for_update().only("pk").get(pk=staff_id)
        TOTPDevice.objects.filter(user_id=staff_id).delete()
        TOTPDevice.objects.create(
            user_id=staff_id, name="", key=key, confirmed=True, last_t=totp.t()
        )


def give_totp(*, staff_id: int, key: bytes) -> None:
    """Set somebody's key for codes without proof: for a demo's accounts only."""
    TOTPDevice.objects.filter(user_id=staff_id).delete()
    TOTPDevice.objects.create(user_id=staff_id, name="", key=key.hex(), confirmed=True)


# Passkeys


def ask_to_add_passkey(*, staff_id: int) -> PasskeyQuestion:
    """What the browser is asked to make a new passkey for somebody."""
    with as_the_system():
        helper = WebAuthnCredential.get_webauthn_helper(request=None)
        return _question(*helper.register_begin(user=Staff.objects.get(pk=staff_id)))


def add_passkey(*, staff_id: int, state: str, answer: str, name: str) -> None:
    """Keep the passkey that the browser made. Raises WrongPasskey; the caller audits."""
    with as_the_system(), transaction.atomic():
        staff = Staff.objects.select_for_update().get(pk=staff_id)
        held = WebAuthnCredential.objects.filter(user_id=staff_id)
        if held.count() >= MOST_PASSKEYS:
            raise WrongPasskey(f"Nobody may have more than {MOST_PASSKEYS} passkeys.")
        helper = WebAuthnCredential.get_webauthn_helper(request=None)
        try:
            made = helper.register_complete(
                user=staff, state=json.loads(state), data=_parsed(answer)
            )
        except (OTPWebAuthnApiError, WebAuthnException) as error:
            raise WrongPasskey("The browser did not make a passkey.") from error
        held.filter(pk=made.pk).update(name=name[:LONGEST_NAME])


def ask_for_passkey(*, staff_id: int) -> PasskeyQuestion:
    """What the browser is asked to show one of somebody's passkeys."""
    with as_the_system():
        helper = WebAuthnCredential.get_webauthn_helper(request=None)
        return _question(
            *helper.authenticate_begin(
                user=Staff.objects.get(pk=staff_id), require_user_verification=False
            )
        )


def check_passkey(*, staff_id: int, state: str, answer: str) -> bool:
    """Whether the browser's answer proves a passkey of this person."""
    with as_the_system(), transaction.atomic():
        staff = Staff.objects.select_for_update().get(pk=staff_id)
        helper = WebAuthnCredential.get_webauthn_helper(request=None)
        try:
            shown = helper.authenticate_complete(
                user=staff, state=json.loads(state), data=_parsed(answer)
            )
        except (OTPWebAuthnApiError, WebAuthnException, WrongPasskey):
            return False
        return bool(shown.confirmed and shown.user_id == staff_id)


# Taking factors away


def remove_factor(
    *, staff_id: int, kind: str, factor_id: int, by: Viewer, now: datetime
) -> None:
    """Somebody does without one of their second factors. Raises LastFactor.

    Nothing happens where it is gone already or is somebody else's.
    """
    model = WebAuthnCredential if kind == "passkey" else TOTPDevice
    with as_the_system(), transaction.atomic():
        Staff.objects.select_for_update().only("pk").get(pk=staff_id)
        held = factors_of(staff_id=staff_id)
        gone = [one for one in held if (one.kind, one.factor_id) == (kind, factor_id)]
        if not gone:
            return
        if len(held) == 1:
            raise LastFactor("This is the last second factor; add another one first.")
        model.objects.filter(pk=factor_id, user_id=staff_id).delete()
        record_factor("removed", staff_id=staff_id, kind=kind, by=by, now=now)


def remove_all(*, staff_id: int) -> None:
    """Nobody can show a second factor of this person any more; the caller audits."""
    with as_the_system():
        WebAuthnCredential.objects.filter(user_id=staff_id).delete()
        WebAuthnUserHandle.objects.filter(user_id=staff_id).delete()
        TOTPDevice.objects.filter(user_id=staff_id).delete()


def record_factor(
    done: str, *, staff_id: int, kind: str, by: Viewer, now: datetime
) -> None:
    """Audit that a factor was `added` or `removed`: its kind, never its key."""
    _audit.record(
        change=Change(
            action=f"people.factor.{done}",
            object_kind="staff",
            object_id=str(staff_id),
            place_id=place_of(staff_id),
            after={"kind": kind},
        ),
        by=by,
        now=now,
    )


def _digits(code: str) -> str:
    """The six digits as typed, without spaces; nothing where there are not six."""
    typed = code.replace(" ", "")
    return typed if len(typed) == 6 and typed.isascii() and typed.isdigit() else ""


def _question(options: object, state: object) -> PasskeyQuestion:
    return PasskeyQuestion(options=json.dumps(options), state=json.dumps(state))


def _parsed(answer: str) -> dict[str, object]:
    """The answer as WebAuthn's own JSON form. Raises WrongPasskey."""
    try:
        held = json.loads(answer)
    except ValueError as error:
        raise WrongPasskey("The browser's answer cannot be read.") from error
    if not isinstance(held, dict):
        raise WrongPasskey("The browser's answer cannot be read.")
    return held

"""Passkeys of consumers: a way in that nobody can be talked out of, offered after a code.

A passkey proves a person, not a number: it counts while the number was proven by a code in
the last 90 days, since a number may have become somebody else's.
Source: WebAuthn level 3; NIST SP 800-63B-4, section 3.1.3.3; security reference A8.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bijlighar.kernel.errors import BijligharError
from bijlighar.logins import rules
from bijlighar.logins.models import Login, Passkey
from bijlighar.logins.values import PasskeyAsked, PasskeyShown, SignedIn

LONGEST_NAME = 60


class WrongPasskey(BijligharError):
    """The browser's answer proves no passkey that counts here."""


def ask_to_add_passkey(*, by: SignedIn) -> PasskeyAsked:
    """What the browser is asked to make a passkey for this login."""
    held = Passkey.objects.filter(login_id=by.login_id, removed_at=None)
    asked = generate_registration_options(
        rp_id=settings.OTP_WEBAUTHN_RP_ID,
        rp_name=settings.OTP_WEBAUTHN_RP_NAME,
        user_name=rules.masked(by.mobile),
        user_id=f"consumer {by.login_id}".encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=bytes(one.credential_id))
            for one in held.order_by("pk")
        ],
    )
    return PasskeyAsked(
        options=options_to_json(asked), challenge=bytes_to_base64url(asked.challenge)
    )


def add_passkey(
    *, by: SignedIn, challenge: str, answer: str, name: str, real_now: datetime
) -> None:
    """Keep the passkey that the browser made. Raises WrongPasskey."""
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=settings.OTP_WEBAUTHN_RP_ID,
            expected_origin=settings.OTP_WEBAUTHN_ALLOWED_ORIGINS,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise WrongPasskey("The browser did not make a passkey.") from error
    with transaction.atomic():
        Login.objects.select_for_update().get(pk=by.login_id)
        held = Passkey.objects.filter(login_id=by.login_id, removed_at=None)
        if held.count() >= rules.MOST_PASSKEYS:
            raise WrongPasskey(f"Nobody has more than {rules.MOST_PASSKEYS} passkeys.")
        if Passkey.objects.filter(credential_id=made.credential_id).exists():
            raise WrongPasskey("This passkey is known already.")
        Passkey.objects.create(
            login_id=by.login_id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=name[:LONGEST_NAME],
            added_at=real_now,
        )


def ask_for_passkey() -> PasskeyAsked:
    """What any browser is asked: whichever passkey of ours it has."""
    asked = generate_authentication_options(
        rp_id=settings.OTP_WEBAUTHN_RP_ID,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return PasskeyAsked(
        options=options_to_json(asked), challenge=bytes_to_base64url(asked.challenge)
    )


def mobile_of_passkey(*, challenge: str, answer: str, real_now: datetime) -> str:
    """The number whose passkey the browser has shown. Raises WrongPasskey."""
    with transaction.atomic():
        try:
            shown = parse_authentication_credential_json(answer)
            held = (
                Passkey.objects.select_for_update(of=("self",))
                .select_related("login")
                .filter(credential_id=shown.raw_id, removed_at=None)
                .first()
            )
            if held is None:
                raise WrongPasskey("This passkey is not known here.")
            proven = verify_authentication_response(
                credential=shown,
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=settings.OTP_WEBAUTHN_RP_ID,
                expected_origin=settings.OTP_WEBAUTHN_ALLOWED_ORIGINS,
                credential_public_key=bytes(held.public_key),
                credential_current_sign_count=held.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError) as error:
            raise WrongPasskey("The passkey does not fit.") from error
        last = held.login.last_signed_in_at
        if last is None or real_now - last >= rules.NUMBER_IS_IDLE_AFTER:
            raise WrongPasskey("The number was not proven by a code for long.")
        Passkey.objects.filter(pk=held.pk).update(
            sign_count=proven.new_sign_count, last_used_at=real_now
        )
        return held.login.mobile


def passkeys_of(*, by: SignedIn) -> tuple[PasskeyShown, ...]:
    """The passkeys of a login, the oldest first."""
    held = Passkey.objects.filter(login_id=by.login_id, removed_at=None)
    return tuple(
        PasskeyShown(
            passkey_id=one.pk,
            name=one.name,
            added_at=one.added_at,
            last_used_at=one.last_used_at,
        )
        for one in held.order_by("pk")
    )


def remove_passkey(*, by: SignedIn, passkey_id: int, real_now: datetime) -> None:
    """A passkey lets nobody in any more; nothing happens where it is another's."""
    held = Passkey.objects.filter(login_id=by.login_id, pk=passkey_id, removed_at=None)
    held.update(removed_at=real_now)

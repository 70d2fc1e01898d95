"""The cookies of consumers: who is signed in, which browser this is, what is being proven.

None is a session of Django's, so that nothing of staff's sign-in is in them or the other
way round; none can be read by a script or is sent from another site's form.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token

from bijlighar.logins.values import NewSignIn, Purpose

SIGNED_IN_FOR = timedelta(days=90)
BROWSER_FOR = timedelta(days=400)
"""As long as browsers keep a cookie at all."""
PROVING_FOR = timedelta(minutes=15)
SALT = "bijlighar.proving"
CHALLENGE_FOR = timedelta(minutes=5)
CHALLENGE_SALT = "bijlighar.passkey"
_BROWSER = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """A number that somebody is about to prove by a code, and what for."""

    mobile: str
    purpose: Purpose
    about: str = ""
    next: str = ""


def browser_of(request: HttpRequest) -> str:
    """The random name of this browser; a new one where it has none."""
    held = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    return held if _BROWSER.fullmatch(held) else secrets.token_urlsafe(16)


def keep_browser(response: HttpResponseBase, browser: str) -> None:
    """The browser keeps its name."""
    _keep(response, settings.BROWSER_COOKIE_NAME, browser, BROWSER_FOR)


def keep_login(
    request: HttpRequest, response: HttpResponseBase, signed_in: NewSignIn
) -> None:
    """The browser is signed in, under a token that is new, and so are its forms'."""
    rotate_token(request)
    _keep(response, settings.LOGIN_COOKIE_NAME, signed_in.token, SIGNED_IN_FOR)


def drop_login(response: HttpResponseBase) -> None:
    """The browser forgets that anybody was signed in."""
    response.delete_cookie(settings.LOGIN_COOKIE_NAME, samesite="Lax")


def keep_proving(response: HttpResponseBase, proving: Proving) -> None:
    """Remember, signed, which number is being proven."""
    held = {
        "mobile": proving.mobile,
        "purpose": proving.purpose.value,
        "about": proving.about,
        "next": proving.next,
    }
    signed = signing.dumps(held, salt=SALT)
    _keep(response, settings.PROVING_COOKIE_NAME, signed, PROVING_FOR)


def proving_of(request: HttpRequest, *purposes: Purpose) -> Proving | None:
    """What is being proven for one of these purposes; None where nothing is any more."""
    signed = request.COOKIES.get(settings.PROVING_COOKIE_NAME, "")
    try:
        held = signing.loads(signed, salt=SALT, max_age=PROVING_FOR)
    except signing.BadSignature:
        return None
    if held["purpose"] not in purposes:
        return None
    return Proving(
        mobile=held["mobile"],
        purpose=Purpose(held["purpose"]),
        about=held["about"],
        next=held["next"],
    )


def drop_proving(response: HttpResponseBase) -> None:
    """Nothing is being proven any more."""
    response.delete_cookie(settings.PROVING_COOKIE_NAME, samesite="Lax")


def _keep(response: HttpResponseBase, name: str, value: str, lasts: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.IS_HTTPS,
    )


def keep_challenge(response: HttpResponseBase, challenge: str) -> None:
    """Remember, signed, what a passkey's answer is checked by."""
    signed = signing.dumps(challenge, salt=CHALLENGE_SALT)
    _keep(response, settings.CHALLENGE_COOKIE_NAME, signed, CHALLENGE_FOR)


def challenge_of(request: HttpRequest) -> str:
    """What a passkey's answer is checked by; nothing where it was asked too long ago."""
    signed = request.COOKIES.get(settings.CHALLENGE_COOKIE_NAME, "")
    try:
        return str(signing.loads(signed, salt=CHALLENGE_SALT, max_age=CHALLENGE_FOR))
    except signing.BadSignature:
        return ""


def drop_challenge(response: HttpResponseBase) -> None:
    """A question is good for one answer."""
    response.delete_cookie(settings.CHALLENGE_COOKIE_NAME, samesite="Lax")

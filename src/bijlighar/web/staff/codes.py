"""The key of an authenticator app as a person takes it over: a picture, or letters."""

from __future__ import annotations

from base64 import b32encode
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

PICTURE_SCALE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpShown:
    """A key on the screen of its owner, once."""

    picture: SafeString = field(repr=False)
    letters: str = field(repr=False)
    """In groups of four, for typing."""
    address: str = field(repr=False)
    """For an app on the same phone."""


def totp_shown(*, key: str, login: str) -> TotpShown:
    """A key (hex) as picture, letters and address."""
    letters = b32encode(bytes.fromhex(key)).decode()
    issuer = str(settings.OTP_TOTP_ISSUER)
    asked = urlencode({"secret": letters, "issuer": issuer}, quote_via=quote)
    address = f"otpauth://totp/{quote(issuer)}:{quote(login)}?{asked}"
    picture = segno.make(address, error="m").svg_inline(
        scale=PICTURE_SCALE, light="#fff", dark="#000", omitsize=True
    )
    return TotpShown(
        picture=mark_safe(picture),  # noqa: S308  (made by us, of hex and a plain login)
        letters=" ".join(letters[at : at + 4] for at in range(0, len(letters), 4)),
        address=address,
    )

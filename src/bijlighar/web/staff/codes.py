"""The key of an authenticator app as a person takes it over: a picture, or letters."""

from __future__ import annotations

from base64 import b32encode
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET_MODULES = 4
"""White around the picture, without which apps do not find it."""


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
    return TotpShown(
        picture=_picture(address),
        letters=" ".join(letters[at : at + 4] for at in range(0, len(letters), 4)),
        address=address,
    )


def _picture(address: str) -> SafeString:
    """The address as a square code of dark modules, each one unit wide."""
    rows = segno.make(address, error="m", micro=False).matrix
    side = len(rows) + 2 * QUIET_MODULES
    dark = "".join(
        f"M{across + QUIET_MODULES} {down + QUIET_MODULES}h1v1h-1z"
        for down, row in enumerate(rows)
        for across, is_dark in enumerate(row)
        if is_dark
    )
    return format_html(
        '<svg viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        '<path fill="#000" d="{dark}"/></svg>',
        side=side,
        dark=dark,
    )

"""A UPI payment's address: what a phone opens in a UPI app, and a desk shows as a QR code.

Pure. Source: NPCI, UPI Linking Specification 1.6, section 3 (pa, pn, tr, tn, am, cu).
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlsplit

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.money import PAISE_PER_RUPEE

CURRENCY = "INR"
LONGEST_URI = 600
LONGEST_NAME = 99
PAYEE = re.compile(r"[A-Za-z0-9.\-_]{2,256}@[A-Za-z][A-Za-z0-9.\-]{1,63}")
REFERENCE = re.compile(r"[A-Za-z0-9_\-]{1,35}")
_SAFE = "@.-_"
"""Left as they are: UPI apps of today do not all decode them in a payee's address."""


class WrongUpi(BijligharError):
    """A UPI address does not ask for what was ordered; it is shown to nobody."""


def pay_uri(*, payee: str, name: str, amount_paise: int, reference: str) -> str:
    """The address that asks for this amount, once a reference.

    `payee` is a UPI id such as `discom@bank`. Whatever stands in the name is escaped.
    Raises WrongUpi.
    """
    if not PAYEE.fullmatch(payee):
        raise WrongUpi("The payee is no UPI id.")
    if not REFERENCE.fullmatch(reference):
        raise WrongUpi("The reference is not 1 to 35 plain characters.")
    if amount_paise <= 0:
        raise WrongUpi("The amount is not positive.")
    fields = {
        "pa": payee,
        "pn": name[:LONGEST_NAME],
        "tr": reference,
        "am": _rupees(amount_paise),
        "cu": CURRENCY,
    }
    told = "&".join(f"{key}={quote(value, safe=_SAFE)}" for key, value in fields.items())
    return f"upi://pay?{told}"


def insist_on(uri: str, *, amount_paise: int) -> None:
    """Raise WrongUpi unless an address asks for exactly this amount, once, in rupees."""
    parts = urlsplit(uri)
    if not uri.startswith("upi://pay?") or parts.fragment or len(uri) > LONGEST_URI:
        raise WrongUpi("This is no upi://pay address of a usual length.")
    if not uri.isascii() or not uri.isprintable() or " " in uri:
        raise WrongUpi("A UPI address is printable and escaped.")
    told = parse_qsl(parts.query, keep_blank_values=True)
    fields = dict(told)
    if len(fields) != len(told):
        raise WrongUpi("A UPI address names each field once.")
    if not PAYEE.fullmatch(fields.get("pa", "")) or not fields.get("tr"):
        raise WrongUpi("A UPI address names its payee and its reference.")
    if fields.get("cu") != CURRENCY or fields.get("am") != _rupees(amount_paise):
        raise WrongUpi("A UPI address asks for another amount than was ordered.")


def _rupees(amount_paise: int) -> str:
    """As UPI writes it: `1250.00`, without commas."""
    rupees, paise = divmod(amount_paise, PAISE_PER_RUPEE)
    return f"{rupees}.{paise:02d}"

"""The signed QR code of an identity letter: its signature is checked, hardly anything kept.

The code is one long decimal number: compressed fields, parted by the byte 255, then a
picture and hashes that nobody here looks at, then 256 bytes of signature over all of it.
It is verified against certificates that the installation has pinned, valid when it was
signed. Of the fields only the name and the year of birth leave this module.

Sources: UIDAI, Secure QR code; Aadhaar Act, section 8A; security reference D3.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey as PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from bijlighar.kyc.rules import LONGEST_NAME, Refused
from bijlighar.kyc.values import SignedFacts, Wrong

FEWEST_DIGITS = 500
MOST_DIGITS = 7_089
"""What the largest QR code holds."""
_DIGITS_AT_ONCE = 4_000
"""Python turns no more than 4,300 digits into a number at once."""
MOST_PLAIN_BYTES = 64 * 1024
SIGNATURE_BYTES = 256
MOST_CERTIFICATES = 20
CLOCKS_DIFFER_BY = timedelta(days=1)
_SIGNED_AT = re.compile(r"[0-9]{4}([0-9]{14})[0-9]*")
_YEAR = re.compile(r"(?:^|\D)((?:19|20)[0-9]{2})(?:\D|$)")
_WITH_VERSION = re.compile(rb"V[0-9]+")


def pinned(folder: str) -> tuple[x509.Certificate, ...]:
    """The certificates in a folder (PEM); none where no folder is named.

    Raises ValueError where a file is no certificate.
    """
    if not folder:
        return ()
    files = sorted(Path(folder).glob("*.pem"))[:MOST_CERTIFICATES]
    return tuple(x509.load_pem_x509_certificate(file.read_bytes()) for file in files)


def is_signed_qr(text: str) -> bool:
    """Whether a QR code's text has the form of a signed one, whoever signed it."""
    return text.isascii() and text.isdecimal() and FEWEST_DIGITS <= len(text) <= MOST_DIGITS


def facts_of(
    text: str, *, certificates: Sequence[x509.Certificate], now: datetime
) -> SignedFacts:
    """What a QR code's text says of a person, after its signature. Raises Refused."""
    if not is_signed_qr(text):
        raise Refused(Wrong.NO_QR)
    head, tail = text[:_DIGITS_AT_ONCE], text[_DIGITS_AT_ONCE:]
    number = int(head) * 10 ** len(tail) + int(tail or "0")
    plain = _unpacked(number.to_bytes((number.bit_length() + 7) // 8, "big"))
    signed, signature = plain[:-SIGNATURE_BYTES], plain[-SIGNATURE_BYTES:]
    signers = [one for one in certificates if _has_signed(one, signed, signature)]
    if not signers:
        raise Refused(Wrong.NOT_SIGNED)
    fields = signed.split(b"\xff", 6)
    if _WITH_VERSION.fullmatch(fields[0]):
        del fields[0]
    if len(fields) < 5:
        raise Refused(Wrong.NO_QR)
    _check_time(fields[1], signers, now)
    name = " ".join(_text(fields[2]).split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused(Wrong.NO_QR)
    year = _YEAR.search(_text(fields[3]))
    return SignedFacts(name=name, born_year=int(year.group(1)) if year else None)


def _unpacked(packed: bytes) -> bytes:
    """At most so much as a genuine code may hold: what grows beyond is a bomb."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        plain = unpacker.decompress(packed, MOST_PLAIN_BYTES)
    except zlib.error as error:
        raise Refused(Wrong.NO_QR) from error
    if not unpacker.eof or len(plain) <= SIGNATURE_BYTES:
        raise Refused(Wrong.NO_QR)
    return plain


def _has_signed(certificate: x509.Certificate, signed: bytes, signature: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, PublicKey):
        return False
    try:
        key.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _check_time(
    reference: bytes, signers: Sequence[x509.Certificate], now: datetime
) -> None:
    """Signed while one of the certificates was valid, and not in the future.

    The reference begins with four digits of a number that nobody here keeps; then comes
    the time of signing by India's clock.
    """
    told = _SIGNED_AT.fullmatch(_text(reference))
    try:
        at = datetime.strptime(f"{told.group(1)}+0530", "%Y%m%d%H%M%S%z") if told else None
    except ValueError:
        at = None
    if at is None:
        raise Refused(Wrong.NO_QR)
    if at > now + CLOCKS_DIFFER_BY or not any(
        one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in signers
    ):
        raise Refused(Wrong.CERTIFICATE)


def _text(field: bytes) -> str:
    try:
        return field.decode()
    except UnicodeDecodeError:
        return field.decode("latin-1")

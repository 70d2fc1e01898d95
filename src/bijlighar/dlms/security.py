"""Security suites 0 and 1: AES-GCM with 128-bit keys and tags of 12 octets.

A nonce is the sender's system title and an invocation counter; one nonce used twice
under one key gives the key stream away, so a counter is never used again.

Security control octet: bit 4 authenticated, bit 5 encrypted, bits 0 to 3 the suite
(0 or 1: they differ in how keys are agreed on and signed, see `suite1`), bit 6 broadcast
key and bit 7 compression (neither is spoken here).

Source: IEC 62056-5-3, 5.3 (security suites, protection of APDUs, HLS mechanism 5).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import shake_256
from hmac import compare_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR, GCM

from bijlighar.dlms.errors import CounterExhausted, EncodeError, FrameForged
from bijlighar.dlms.reader import Reader

KEY_SIZE = 16
TITLE_SIZE = 8
TAG_SIZE = 12
MAX_COUNTER = 0xFFFFFFFF
MIN_CHALLENGE, MAX_CHALLENGE = 8, 64

SUITES = (0, 1)

_COUNTER_SIZE = 4
_PROTECTION, _SUITE = 0xF0, 0x0F
_FIRST_TEXT_BLOCK = b"\x00\x00\x00\x02"  # GCM keeps block 1 for the tag


class Authentication(IntEnum):
    """How a client shows who it is, by the mechanism's number."""

    NONE = 0
    LLS = 1
    HLS_GMAC = 5


class SecurityControl(IntEnum):
    """How an APDU is protected."""

    AUTHENTICATED = 0x10
    ENCRYPTED = 0x20
    AUTHENTICATED_ENCRYPTED = 0x30


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityKeys:
    """The encryption key and the authentication key, 16 octets each, and their suite."""

    encryption_key: bytes = field(repr=False)
    authentication_key: bytes = field(repr=False)
    suite: int = 0

    def __post_init__(self) -> None:
        if self.suite not in SUITES:
            raise EncodeError(f"security suite {self.suite} is not spoken here")
        if not len(self.encryption_key) == len(self.authentication_key) == KEY_SIZE:
            raise EncodeError("keys of security suites 0 and 1 have 16 octets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a sealed APDU held, and how it was protected."""

    control: SecurityControl
    counter: int
    plain: bytes
    suite: int = 0


def seal(
    *,
    keys: SecurityKeys,
    system_title: bytes,
    counter: int,
    plain: bytes,
    control: SecurityControl = SecurityControl.AUTHENTICATED_ENCRYPTED,
) -> bytes:
    """Security control, counter, text and tag, under the *sender's* title and counter."""
    head = bytes((control | keys.suite,))
    nonce = _nonce(system_title, counter)
    if control is SecurityControl.ENCRYPTED:
        return head + nonce[TITLE_SIZE:] + _stream(keys, nonce, plain)
    encryptor = Cipher(AES(keys.encryption_key), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(head + keys.authentication_key)
    if control is SecurityControl.AUTHENTICATED:
        encryptor.authenticate_additional_data(plain)
        text = plain + encryptor.finalize()
    else:
        text = encryptor.update(plain) + encryptor.finalize()
    return head + nonce[TITLE_SIZE:] + text + encryptor.tag[:TAG_SIZE]


def open_sealed(*, keys: SecurityKeys, system_title: bytes, sealed: bytes) -> Opened:
    """Open what the holder of `system_title` sealed.

    Raises `FrameForged` when the tag does not hold. What is only encrypted carries no tag:
    whoever asked for authenticity must look at `control`.
    """
    reader = Reader(sealed)
    octet = reader.octet()
    suite = octet & _SUITE
    try:
        control = SecurityControl(octet & _PROTECTION)
    except ValueError as error:
        raise reader.error(f"security control 0x{octet:02X} is unknown", at=0) from error
    if suite not in SUITES:
        raise reader.error(f"security suite {suite} is unknown", at=0)
    counter = reader.unsigned(_COUNTER_SIZE)
    nonce = _nonce(system_title, counter)
    if control is SecurityControl.ENCRYPTED:
        plain = _stream(keys, nonce, reader.rest())
    else:
        text = reader.take(max(reader.remaining - TAG_SIZE, 0))
        plain = _checked(keys, nonce, octet, text, reader.take(TAG_SIZE))
    return Opened(control=control, counter=counter, plain=plain, suite=suite)


def gmac_challenge(
    *, keys: SecurityKeys, system_title: bytes, counter: int, challenge: bytes
) -> bytes:
    """HLS 5: the answer of the holder of `system_title` to the other side's challenge.

    Security control 0x10, counter and tag over control, authentication key and challenge.
    """
    control = SecurityControl.AUTHENTICATED
    sealed = seal(
        keys=keys,
        system_title=system_title,
        counter=counter,
        plain=challenge,
        control=control,
    )
    return sealed[: 1 + _COUNTER_SIZE] + sealed[-TAG_SIZE:]


def check_gmac(
    *, keys: SecurityKeys, system_title: bytes, challenge: bytes, answer: bytes
) -> None:
    """Raise `FrameForged` unless `answer` is the GMAC of our `challenge` by that title."""
    reader = Reader(answer)
    control = SecurityControl.AUTHENTICATED | keys.suite
    if reader.octet() != control:
        raise FrameForged("the answer to the challenge is no GMAC")
    nonce = _nonce(system_title, reader.unsigned(_COUNTER_SIZE))
    tag = reader.take(TAG_SIZE)
    reader.finish()
    _checked(keys, nonce, control, challenge, tag)


def same_secret(ours: bytes, theirs: bytes) -> bool:
    """Compare passwords in a time that tells nothing about where they differ."""
    return compare_digest(ours, theirs)


def challenge_number(seed: bytes, number: int) -> bytes:
    """The challenge of the association with this number: the seed itself for the first.

    Each later one is a digest, so that no challenge is given out twice from one seed.
    """
    if number == 0:
        return seed
    return shake_256(seed + number.to_bytes(8, "big")).digest(len(seed))


def _nonce(system_title: bytes, counter: int) -> bytes:
    if len(system_title) != TITLE_SIZE:
        raise EncodeError("a system title has 8 octets")
    if not 0 <= counter <= MAX_COUNTER:
        raise CounterExhausted(f"{counter} is no invocation counter")
    return system_title + counter.to_bytes(_COUNTER_SIZE, "big")


def _stream(keys: SecurityKeys, nonce: bytes, text: bytes) -> bytes:
    """Encrypt, or decrypt, as GCM does, without its tag."""
    encryptor = Cipher(AES(keys.encryption_key), CTR(nonce + _FIRST_TEXT_BLOCK)).encryptor()
    return encryptor.update(text) + encryptor.finalize()


def _checked(
    keys: SecurityKeys, nonce: bytes, control: int, text: bytes, tag: bytes
) -> bytes:
    """The plain text, once the library has compared the tag in constant time."""
    mode = GCM(nonce, tag, min_tag_length=TAG_SIZE)
    decryptor = Cipher(AES(keys.encryption_key), mode).decryptor()
    decryptor.authenticate_additional_data(bytes((control,)) + keys.authentication_key)
    try:
        if control & _PROTECTION == SecurityControl.AUTHENTICATED:
            decryptor.authenticate_additional_data(text)
            return text + decryptor.finalize()
        return decryptor.update(text) + decryptor.finalize()
    except InvalidTag as error:
        raise FrameForged("the tag of the frame does not hold") from error

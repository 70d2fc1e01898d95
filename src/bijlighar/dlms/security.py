"""Security suites 0 and 1: AES-GCM with 128-bit keys and tags of 12 octets.

A nonce is the sender's system title and an invocation counter; one nonce used twice
under one key gives the key stream away, so a counter is never used again.

Security control octet: bit 4 authenticated, bit 5 encrypted, bits 0 to 3 the suite
(0 or 1: they differ in how keys are agreed on and signed, see `suite1`), bit 6 broadcast
key and bit 7 compression (neither is spoken here).

The library's one-shot GCM knows only tags of 16 octets. GCM is a stream cipher with a tag,
so the same call seals and opens: sealing the sealed text opens it, and sealing what that
gives makes the tag that ought to be there. All twelve octets are compared in constant time
before anything is given back. See decision 0039.

Source: IEC 62056-5-3, 5.3 (security suites, protection of APDUs, HLS mechanism 5).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import shake_256
from hmac import compare_digest
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bijlighar.dlms.errors import (
    CounterExhausted,
    DecodeError,
    EncodeError,
    FrameForged,
)
from bijlighar.dlms.reader import Reader

KEY_SIZE = 16
TITLE_SIZE = 8
TAG_SIZE = 12
MAX_COUNTER = 0xFFFFFFFF
MIN_CHALLENGE, MAX_CHALLENGE = 8, 64

SUITES = (0, 1)

_COUNTER_SIZE = 4
_TEXT = 1 + _COUNTER_SIZE  # where the text begins, behind security control and counter
_FULL_TAG = 16  # what the library makes; the first twelve octets travel
_CUT = _FULL_TAG - TAG_SIZE


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


class _Protection(NamedTuple):
    """What a security control octet says."""

    control: SecurityControl
    suite: int
    is_tagged: bool


_CONTROLS = {
    control | suite: _Protection(control, suite, control is not SecurityControl.ENCRYPTED)
    for control in SecurityControl
    for suite in SUITES
}
_ENCRYPTED = int(SecurityControl.ENCRYPTED)


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


class Opened(NamedTuple):
    """What a sealed APDU held and how it was protected; a tuple, as it is made often."""

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
    cipher, associated = AESGCM(keys.encryption_key), head + keys.authentication_key
    head += nonce[TITLE_SIZE:]
    if control is SecurityControl.AUTHENTICATED:
        return head + plain + cipher.encrypt(nonce, b"", associated + plain)[:-_CUT]
    sealed = cipher.encrypt(nonce, plain, associated)
    return head + sealed[: -_FULL_TAG if control is SecurityControl.ENCRYPTED else -_CUT]


def open_sealed(*, keys: SecurityKeys, system_title: bytes, sealed: bytes) -> Opened:
    """Open what the holder of `system_title` sealed.

    Raises `FrameForged` when the tag does not hold. What is only encrypted carries no tag:
    whoever asked for authenticity must look at `control`.
    """
    known = _CONTROLS.get(sealed[0]) if sealed else None
    if known is None or len(sealed) < _TEXT + TAG_SIZE * known.is_tagged:
        raise _not_sealed(sealed)
    control, suite, is_tagged = known
    counter = sealed[1:_TEXT]
    nonce = _title(system_title) + counter
    if is_tagged:
        text, tag = sealed[_TEXT:-TAG_SIZE], sealed[-TAG_SIZE:]
        plain = _checked(keys, nonce, sealed[:1], text, tag)
    else:
        cipher = AESGCM(keys.encryption_key)
        plain = cipher.encrypt(nonce, sealed[_TEXT:], None)[:-_FULL_TAG]
    return Opened(control, int.from_bytes(counter, "big"), plain, suite)


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
    _checked(keys, nonce, bytes((control,)), challenge, tag)


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


def _title(system_title: bytes) -> bytes:
    if len(system_title) != TITLE_SIZE:
        raise EncodeError("a system title has 8 octets")
    return system_title


def _nonce(system_title: bytes, counter: int) -> bytes:
    if not 0 <= counter <= MAX_COUNTER:
        raise CounterExhausted(f"{counter} is no invocation counter")
    return _title(system_title) + counter.to_bytes(_COUNTER_SIZE, "big")


def _not_sealed(sealed: bytes) -> DecodeError:
    if sealed and sealed[0] not in _CONTROLS:
        message = f"security control 0x{sealed[0]:02X} is unknown"
        return DecodeError(message, offset=0, data=sealed)
    return DecodeError(
        "a security control, a counter and a tag expected", offset=len(sealed), data=sealed
    )


def _checked(
    keys: SecurityKeys, nonce: bytes, control: bytes, text: bytes, tag: bytes
) -> bytes:
    """The plain text, once the tag has been compared in constant time."""
    cipher = AESGCM(keys.encryption_key)
    associated = control + keys.authentication_key
    if control[0] & _ENCRYPTED:
        plain = cipher.encrypt(nonce, text, associated)[:-_FULL_TAG]
        made = cipher.encrypt(nonce, plain, associated)[-_FULL_TAG:-_CUT]
    else:
        plain = text
        made = cipher.encrypt(nonce, b"", associated + text)[:-_CUT]
    if not compare_digest(made, tag):
        raise FrameForged("the tag of the frame does not hold")
    return plain

"""What lies encrypted in the database, each value bound to its own row and column.

AES-256-GCM under a key that is derived for one purpose from the root key, which lies
outside the database. The row and column are authenticated with it, so a value that is
copied to another row, changed by a bit, put there in plain text, or written under another
key does not open.

Source: NIST SP 800-38D (GCM), RFC 5869 (HKDF), security reference D7.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bijlighar.kernel.errors import BijligharError

ROOT_KEY_BYTES = 32
NONCE_BYTES = 12
FORM = b"\x01"
"""The first byte of every sealed value: how it is laid out."""
KEY_ID_BYTES = 4


class NoRootKey(BijligharError):
    """Set BIJLIGHAR_ROOT_KEY to 64 hexadecimal digits: it encrypts what is secret."""


class SealBroken(BijligharError):
    """An encrypted value does not open: it was changed or moved, or the key is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKey:
    """The key of one purpose, and the short name that values sealed with it carry."""

    key: bytes = field(repr=False)
    key_id: bytes


def root_key(text: str) -> bytes:
    """The root key from its 64 hexadecimal digits. Raises NoRootKey."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != ROOT_KEY_BYTES:
        raise NoRootKey(str(NoRootKey.__doc__))
    return key


def sealing_key(*, root: bytes, purpose: str) -> SealingKey:
    """The key for one purpose: who holds it alone opens nothing of another purpose."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(root)
    return SealingKey(key=key, key_id=sha256(b"id of " + key).digest()[:KEY_ID_BYTES])


def seal(plain: bytes, *, key: SealingKey, place: str) -> bytes:
    """A value as it may lie at a place of the database: `table.column row`."""
    head = FORM + key.key_id
    return head + encrypt(plain, key=key.key, bound_to=head + place.encode())


def unseal(sealed: bytes, *, key: SealingKey, place: str) -> bytes:
    """The value again. Raises SealBroken, whatever is wrong with it."""
    head, rest = sealed[: 1 + KEY_ID_BYTES], sealed[1 + KEY_ID_BYTES :]
    if head != FORM + key.key_id:
        raise SealBroken(str(SealBroken.__doc__))
    return decrypt(rest, key=key.key, bound_to=head + place.encode())


def encrypt(plain: bytes, *, key: bytes, bound_to: bytes) -> bytes:
    """A new nonce, and what it encrypts together with its tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def decrypt(encrypted: bytes, *, key: bytes, bound_to: bytes) -> bytes:
    """What `encrypt` was given. Raises SealBroken."""
    try:
        return AESGCM(key).decrypt(
            encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:], bound_to
        )
    except (InvalidTag, ValueError) as error:
        raise SealBroken(str(SealBroken.__doc__)) from error

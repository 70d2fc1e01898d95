"""Meter keys at rest: wrapped under one root key that lies outside the database.

AES-256-GCM with the meter's id as associated data, so that a wrapped key copied to another
meter's row does not open. Source: NIST SP 800-38D.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bijlighar.headend.values import MeterKeys
from bijlighar.kernel.errors import BijligharError

NONCE_BYTES = 12
KEY_BYTES = 16
ROOT_KEY_BYTES = 32


class WrongRootKey(BijligharError):
    """A meter's keys do not open: restore the right BIJLIGHAR_ROOT_KEY."""


class NoRootKey(BijligharError):
    """Set BIJLIGHAR_ROOT_KEY to 64 hexadecimal digits: it wraps the meters' keys."""


def root_key(text: str) -> bytes:
    """The root key from its 64 hexadecimal digits. Raises NoRootKey."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != ROOT_KEY_BYTES:
        raise NoRootKey(str(NoRootKey.__doc__))
    return key


def wrap(*, keys: MeterKeys, meter_id: int, root: bytes) -> bytes:
    """The keys as they may lie in the database."""
    assert len(keys.encryption_key) == len(keys.authentication_key) == KEY_BYTES
    nonce = os.urandom(NONCE_BYTES)
    plain = keys.encryption_key + keys.authentication_key
    return nonce + AESGCM(root).encrypt(nonce, plain, _bound_to(meter_id))


def unwrap(*, wrapped: bytes, meter_id: int, root: bytes) -> MeterKeys:
    """The keys again. Raises WrongRootKey."""
    try:
        plain = AESGCM(root).decrypt(
            wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound_to(meter_id)
        )
    except (InvalidTag, ValueError) as error:
        raise WrongRootKey(str(WrongRootKey.__doc__)) from error
    return MeterKeys(encryption_key=plain[:KEY_BYTES], authentication_key=plain[KEY_BYTES:])


def _bound_to(meter_id: int) -> bytes:
    return f"meter keys {meter_id}".encode()

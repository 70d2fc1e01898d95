"""Meter keys at rest: wrapped under one root key that lies outside the database.

AES-256-GCM with the meter's id as associated data, so that a wrapped key copied to another
meter's row does not open. Source: NIST SP 800-38D.
"""

from __future__ import annotations

from bijlighar.headend.values import MeterKeys
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sealed import NoRootKey as NoRootKey
from bijlighar.kernel.sealed import SealBroken, decrypt, encrypt
from bijlighar.kernel.sealed import root_key as root_key

KEY_BYTES = 16


class WrongRootKey(BijligharError):
    """A meter's keys do not open: restore the right BIJLIGHAR_ROOT_KEY."""


def wrap(*, keys: MeterKeys, meter_id: int, root: bytes) -> bytes:
    """The keys as they may lie in the database."""
    assert len(keys.encryption_key) == len(keys.authentication_key) == KEY_BYTES
    assert len(keys.master_key) in (0, KEY_BYTES)
    plain = keys.encryption_key + keys.authentication_key
    if keys.master_key or keys.lls_secret:
        plain += bytes((len(keys.master_key),)) + keys.master_key + keys.lls_secret
    return encrypt(plain, key=root, bound_to=_bound_to(meter_id))


def unwrap(*, wrapped: bytes, meter_id: int, root: bytes) -> MeterKeys:
    """The keys again. Raises WrongRootKey."""
    try:
        plain = decrypt(wrapped, key=root, bound_to=_bound_to(meter_id))
    except SealBroken as error:
        raise WrongRootKey(str(WrongRootKey.__doc__)) from error
    both, more = plain[: 2 * KEY_BYTES], plain[2 * KEY_BYTES :]
    size = more[0] if more else 0
    return MeterKeys(
        encryption_key=both[:KEY_BYTES],
        authentication_key=both[KEY_BYTES:],
        master_key=more[1 : 1 + size],
        lls_secret=more[1 + size :],
    )


def _bound_to(meter_id: int) -> bytes:
    return f"meter keys {meter_id}".encode()

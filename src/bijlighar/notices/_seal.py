"""Codes at rest: sealed until they are sent, readable nowhere after.

AES-256-GCM under a key derived from the root key that lies outside the database, bound to
the notice's source: a sealed code copied to another row does not open.
Source: NIST SP 800-38D, RFC 5869.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from bijlighar.kernel.errors import BijligharError

NONCE_BYTES = 12


class WrongSeal(BijligharError):
    """A code does not open: it was changed, or BIJLIGHAR_ROOT_KEY is another."""


def seal(*, parameters: Mapping[str, str], source: str) -> bytes:
    """What is to be told, as it may lie in the database until it is sent."""
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(dict(parameters)).encode()
    return nonce + AESGCM(_key()).encrypt(nonce, plain, source.encode())


def unseal(*, sealed: bytes, source: str) -> dict[str, str]:
    """What is to be told. Raises WrongSeal."""
    try:
        plain = AESGCM(_key()).decrypt(
            sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], source.encode()
        )
    except (InvalidTag, ValueError) as error:
        raise WrongSeal(str(WrongSeal.__doc__)) from error
    told: dict[str, str] = json.loads(plain)
    return told


def _key() -> bytes:
    """From the root key; where an installation has none, from Django's secret key."""
    root = settings.BIJLIGHAR["root_key"] or settings.SECRET_KEY
    return HKDF(
        algorithm=SHA256(), length=32, salt=None, info=b"bijlighar notices codes"
    ).derive(root.encode())

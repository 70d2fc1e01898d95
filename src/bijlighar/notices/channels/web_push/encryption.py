"""Web push on the wire: what is said is sealed for one browser, and who says it is signed.

Source: RFC 8291 (the seal), RFC 8188 (its frame), RFC 8292 (VAPID). Written here, in one
page over `cryptography`: the library for it brings two HTTP clients along that we have no
other use for.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_BYTES = 4096
LAST_RECORD = b"\x02"
CURVE = ec.SECP256R1()


def base64url(told: bytes) -> str:
    """Without padding, as web push writes it."""
    return urlsafe_b64encode(told).rstrip(b"=").decode()


def from_base64url(told: str) -> bytes:
    """The bytes again. Raises ValueError."""
    return urlsafe_b64decode(told + "=" * (-len(told) % 4))


def private_key(told: str) -> ec.EllipticCurvePrivateKey:
    """A P-256 key from its 32 bytes in base64url. Raises ValueError."""
    return ec.derive_private_key(int.from_bytes(from_base64url(told)), CURVE)


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public point of a key, uncompressed: 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def seal(
    *,
    plain: bytes,
    browser_point: bytes,
    shared_secret: bytes,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """A message that only this browser opens. Raises ValueError for a point that is none.

    `own` and `salt` are fresh for every message; a test may give them.
    """
    own = own or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(16)
    browser = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, browser_point)
    agreed = own.exchange(ec.ECDH(), browser)
    own_point = point_of(own)
    mixed = _derive(
        agreed, shared_secret, b"WebPush: info\x00" + browser_point + own_point, 32
    )
    key = _derive(mixed, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(mixed, salt, b"Content-Encoding: nonce\x00", 12)
    sealed = AESGCM(key).encrypt(nonce, plain + LAST_RECORD, None)
    frame = salt + RECORD_BYTES.to_bytes(4) + bytes([len(own_point)]) + own_point
    return frame + sealed


def vapid(*, audience: str, subject: str, expires_at_s: int, key: str) -> str:
    """The header `Authorization` by which a push service knows us. Raises ValueError."""
    held = private_key(key)
    head = base64url(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    claims = {"aud": audience, "exp": expires_at_s, "sub": subject}
    signed = f"{head}.{base64url(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(held.sign(signed.encode(), ec.ECDSA(SHA256())))
    signature = base64url(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={signed}.{signature}, k={base64url(point_of(held))}"


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)

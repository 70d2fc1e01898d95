"""What security suite 1 adds, and how keys travel: agreement, signatures, wrapping.

Keys are points and numbers of the curve P-256: public keys are the two coordinates, 64
octets, signatures the two numbers, 64 octets.

Source: IEC 62056-5-3, 5.3 (security suite 1: ECDH, ECDSA, key derivation after NIST SP
800-56A) and annex I; RFC 3394 (key wrap).
"""

from __future__ import annotations

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from bijlighar.dlms.errors import DecodeError, EncodeError, FrameForged
from bijlighar.dlms.security import KEY_SIZE, TITLE_SIZE

PUBLIC_KEY_SIZE = SIGNATURE_SIZE = 64

_NUMBER_SIZE = 32
_FIRST_ROUND = (1).to_bytes(4, "big")
_AES_GCM_128 = bytes.fromhex("60857405080300")
_UNCOMPRESSED = b"\x04"
_WRAPPED_SIZES = range(24, 65, 8)


def public_key(private: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key that belongs to a private one, 64 octets."""
    numbers = private.public_key().public_numbers()
    return _octets(numbers.x) + _octets(numbers.y)


def shared_secret(*, private: ec.EllipticCurvePrivateKey, theirs: bytes) -> bytes:
    """What both sides alone can know (Z); `DecodeError` for no point of the curve."""
    return private.exchange(ec.ECDH(), _public(theirs))


def agreed_key(*, secret: bytes, originator: bytes, recipient: bytes) -> bytes:
    """The key of suite 1 from a shared secret, for these two system titles."""
    if not len(originator) == len(recipient) == TITLE_SIZE:
        raise EncodeError("a system title has 8 octets")
    mixed = _FIRST_ROUND + secret + _AES_GCM_128 + originator + recipient
    return sha256(mixed).digest()[:KEY_SIZE]


def sign(*, private: ec.EllipticCurvePrivateKey, signed: bytes) -> bytes:
    """The signature of these octets."""
    first, second = decode_dss_signature(private.sign(signed, ec.ECDSA(SHA256())))
    return _octets(first) + _octets(second)


def check_signature(*, theirs: bytes, signed: bytes, signature: bytes) -> None:
    """Raise `FrameForged` unless the holder of this public key has signed these octets."""
    if len(signature) != SIGNATURE_SIZE:
        raise DecodeError("a signature has 64 octets", offset=0, data=signature)
    first, second = signature[:_NUMBER_SIZE], signature[_NUMBER_SIZE:]
    encoded = encode_dss_signature(int.from_bytes(first), int.from_bytes(second))
    try:
        _public(theirs).verify(encoded, signed, ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise FrameForged("the signature does not hold") from error


def wrap(*, master_key: bytes, key: bytes) -> bytes:
    """A key as it travels under the master key (`global_key_transfer`)."""
    try:
        return aes_key_wrap(master_key, key)
    except ValueError as error:
        raise EncodeError("a key or master key of no AES size") from error


def unwrap(*, master_key: bytes, wrapped: bytes) -> bytes:
    """The key inside; raises `FrameForged` when it was wrapped under another one."""
    if len(wrapped) not in _WRAPPED_SIZES:
        raise DecodeError("no wrapped key", offset=0, data=b"")
    try:
        return aes_key_unwrap(master_key, wrapped)
    except InvalidUnwrap as error:
        raise FrameForged("wrapped under another master key, or damaged") from error
    except ValueError as error:
        raise EncodeError("a master key of no AES size") from error


def _public(octets: bytes) -> ec.EllipticCurvePublicKey:
    if len(octets) != PUBLIC_KEY_SIZE:
        raise DecodeError("a public key has 64 octets", offset=0, data=octets)
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), _UNCOMPRESSED + octets
        )
    except ValueError as error:
        raise DecodeError("no point of the curve", offset=0, data=octets) from error


def _octets(number: int) -> bytes:
    return number.to_bytes(_NUMBER_SIZE, "big")

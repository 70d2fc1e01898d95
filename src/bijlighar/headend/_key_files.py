"""Key files: meters' keys on their way from the factory, sealed under a passphrase.

Three lines of text. The first names the form; the second says, as JSON, how the key comes
from the passphrase (scrypt: n, r, p, salt); the third is, in base64, a nonce and what
AES-256-GCM makes of the CSV inside. The first two lines are authenticated with it: a file
whose parameters were changed does not open. The form is described in
docs/reference/key-files.md.

Source: RFC 7914 (scrypt), NIST SP 800-38D (GCM).
"""

from __future__ import annotations

import base64
import binascii
import json
import os

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.sealed import SealBroken, decrypt, encrypt

FORM = "bijlighar key file 1"
MOST_BYTES = 64 * 1024 * 1024
LEAST_PASSPHRASE = 12

_COST, _BLOCK, _LANES = 2**17, 8, 1
_LEAST_COST, _MOST_COST = 2**14, 2**18
"""What a file may ask of the machine that opens it: at most 256 MB and a second."""
_SALT_BYTES, _KEY_BYTES = 16, 32


class NoKeyFile(BijligharError):
    """This is no key file, or one that was cut off."""


class WrongPassphrase(BijligharError):
    """The key file does not open: another passphrase, or it was changed on its way."""


class WeakPassphrase(BijligharError):
    """A passphrase of a key file has at least twelve characters."""


def is_sealed(content: bytes) -> bool:
    """Whether this is a key file at all, and not the CSV itself."""
    return content.startswith(FORM.encode())


def seal(plain: bytes, *, passphrase: str) -> bytes:
    """A key file that holds these octets. Raises WeakPassphrase."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise WeakPassphrase(str(WeakPassphrase.__doc__))
    salt = os.urandom(_SALT_BYTES)
    told = {"kdf": "scrypt", "n": _COST, "r": _BLOCK, "p": _LANES, "salt": salt.hex()}
    head = f"{FORM}\n{json.dumps(told, sort_keys=True)}\n".encode()
    key = _key(passphrase, salt, _COST)
    sealed = encrypt(plain, key=key, bound_to=head)
    return head + base64.b64encode(sealed) + b"\n"


def open_sealed(content: bytes, *, passphrase: str) -> bytes:
    """What a key file holds. Raises NoKeyFile, WrongPassphrase."""
    if len(content) > MOST_BYTES:
        raise NoKeyFile(f"A key file has at most {MOST_BYTES} octets.")
    form, first, rest = content.partition(b"\n")
    parameters, second, body = rest.partition(b"\n")
    if form != FORM.encode() or not first or not second:
        raise NoKeyFile(str(NoKeyFile.__doc__))
    salt, cost = _told(parameters)
    try:
        sealed = base64.b64decode(body.strip(), validate=True)
    except binascii.Error as error:
        raise NoKeyFile(f"The third line is no base64: {error}.") from error
    head = form + first + parameters + second
    try:
        return decrypt(sealed, key=_key(passphrase, salt, cost), bound_to=head)
    except SealBroken as error:
        raise WrongPassphrase(str(WrongPassphrase.__doc__)) from error


def _told(parameters: bytes) -> tuple[bytes, int]:
    """Salt and cost. Raises NoKeyFile for what this program does not do, or should not."""
    try:
        told = json.loads(parameters)
        kdf, cost = told["kdf"], told["n"]
        others = (told["r"], told["p"])
        salt = bytes.fromhex(told["salt"])
    except (ValueError, KeyError, TypeError) as error:
        raise NoKeyFile(f"The second line does not say how to open it: {error}.") from error
    is_power = isinstance(cost, int) and cost > 0 and cost & (cost - 1) == 0
    if (
        kdf != "scrypt"
        or not is_power
        or not _LEAST_COST <= cost <= _MOST_COST
        or others != (_BLOCK, _LANES)
        or len(salt) != _SALT_BYTES
    ):
        raise NoKeyFile("The second line asks for what this program does not do.")
    return salt, cost


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    scrypt = Scrypt(salt=salt, length=_KEY_BYTES, n=cost, r=_BLOCK, p=_LANES)
    return scrypt.derive(passphrase.encode())

"""The lines of which an export of the audit trail is made, and how they are signed.

Pure: a record is hashed together with the record before it; a head is the chain's hash at
some instant, signed with a key that the database never holds (Ed25519).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from bijlighar.kernel.errors import BijligharError

FIRST_HASH = sha256(b"Bijlighar").digest()
"""What the first record follows."""
VERSION = 1


class WrongKey(BijligharError):
    """A key for the audit trail is not 64 hexadecimal digits."""


class BrokenHeads(BijligharError):
    """A file of heads holds something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as it is exported; `payload` is the text that was hashed."""

    seq: int
    payload: str
    previous_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The chain's hash after record `seq`, as the key's holder saw it at an instant."""

    seq: int
    hash: bytes
    at: datetime
    key_id: str
    signature: bytes


# Hashes and signatures


def hash_of(*, previous_hash: bytes, seq: int, payload: str) -> bytes:
    """A record's hash, as the database's function people_append_audit makes it."""
    return sha256(previous_hash + struct.pack(">q", seq) + payload.encode()).digest()


def signed_text(*, seq: int, hash_: bytes, at: datetime, key_id: str) -> bytes:
    """The text of a head that is signed."""
    told = at.astimezone(UTC).isoformat(timespec="microseconds")
    return f"bijlighar audit head 1\n{seq}\n{hash_.hex()}\n{told}\n{key_id}\n".encode()


def sign(*, seed: str, seq: int, hash_: bytes, at: datetime) -> Head:
    """A head signed with the key made from a seed of 64 hexadecimal digits."""
    key = _private(seed)
    key_id = key_id_of(public_key=public_key_of(seed=seed))
    text = signed_text(seq=seq, hash_=hash_, at=at, key_id=key_id)
    return Head(seq=seq, hash=hash_, at=at, key_id=key_id, signature=key.sign(text))


def public_key_of(*, seed: str) -> str:
    """The public half, 64 hexadecimal digits: what outsiders check signatures with."""
    return _private(seed).public_key().public_bytes_raw().hex()


def key_id_of(*, public_key: str) -> str:
    """A public key's short name: the first 8 bytes of its SHA-256."""
    return sha256(_bytes_of_key(public_key)).hexdigest()[:16]


# Lines


def trail_line(
    *, from_seq: int, records: int, exported_at: datetime, public_key: str
) -> str:
    """The first line of an export."""
    return _line(
        kind="trail",
        version=VERSION,
        from_seq=from_seq,
        records=records,
        exported_at=exported_at.isoformat(timespec="seconds"),
        public_key=public_key,
    )


def record_line(record: Record) -> str:
    """A record's line."""
    return _line(
        kind="record",
        seq=record.seq,
        previous_hash=record.previous_hash.hex(),
        hash=record.hash.hex(),
        payload=record.payload,
    )


def head_line(head: Head) -> str:
    """A head's line, in an export as in the file of heads outside the database."""
    return _line(
        kind="head",
        seq=head.seq,
        hash=head.hash.hex(),
        at=head.at.astimezone(UTC).isoformat(timespec="microseconds"),
        key_id=head.key_id,
        signature=head.signature.hex(),
    )


def end_line(*, seq: int) -> str:
    """The last line: without it a file was cut off."""
    return _line(kind="end", seq=seq)


def heads_from(lines: Iterable[str]) -> Iterator[Head]:
    """The heads of a file that was kept outside. Raises BrokenHeads."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield head_told(object_of(line))
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenHeads(
                f"Line {number} of the heads is not a head: take it out if the machine"
                " went down while it was written, else somebody changed the file."
            ) from error


def object_of(line: str) -> dict[str, object]:
    """What a line tells. Raises ValueError or TypeError."""
    told = json.loads(line)
    if not isinstance(told, dict):
        raise TypeError("not an object")
    return told


def record_told(told: Mapping[str, object]) -> Record:
    """The record of a line. Raises ValueError, KeyError or TypeError."""
    return Record(
        seq=_number(told["seq"]),
        payload=_text(told["payload"]),
        previous_hash=bytes.fromhex(_text(told["previous_hash"])),
        hash=bytes.fromhex(_text(told["hash"])),
    )


def head_told(told: Mapping[str, object]) -> Head:
    """The head of a line. Raises ValueError, KeyError or TypeError."""
    at = datetime.fromisoformat(_text(told["at"]))
    if at.tzinfo is None:
        raise ValueError("at")
    return Head(
        seq=_number(told["seq"]),
        hash=bytes.fromhex(_text(told["hash"])),
        at=at.astimezone(UTC),
        key_id=_text(told["key_id"]),
        signature=bytes.fromhex(_text(told["signature"])),
    )


def public_keys(keys: Iterable[str]) -> dict[str, Ed25519PublicKey]:
    """Keys by their short name. Raises WrongKey."""
    return {
        key_id_of(public_key=key): Ed25519PublicKey.from_public_bytes(_bytes_of_key(key))
        for key in keys
    }


def _private(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_bytes_of_key(seed))


def _bytes_of_key(text: str) -> bytes:
    try:
        held = bytes.fromhex(text)
    except ValueError:
        held = b""
    if len(held) != 32:
        raise WrongKey(
            "A key of the audit trail is 64 hexadecimal digits: make one with"
            " `bijlighar audit new-key` and set BIJLIGHAR_AUDIT_KEY."
        )
    return held


def _line(**told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value < 2**63:
        raise ValueError("not a number")
    return value

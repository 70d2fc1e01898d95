"""APDUs under a key: which service or whose they are, and the sealed APDU.

Three families: glo- (global key) and ded- (a key of this association alone) keep one tag a
service; general-glo and general-ded carry any APDU and name its sender; general-ciphering
says in addition for whom, when and under which agreed key.

`sealed` is security control, invocation counter, text and tag: see `security`.

Source: IEC 62056-5-3, glo- and ded- APDUs, General-Glo-Ciphering, General-Ciphering.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from bijlighar.dlms.apdu import action, get, initiate, notification
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.reader import Reader, length_octets

GLOBAL_TAG_OF = {
    initiate.REQUEST_TAG: 33,
    initiate.RESPONSE_TAG: 40,
    get.REQUEST_TAG: 200,
    set_.REQUEST_TAG: 201,
    notification.EVENT_TAG: 202,
    action.REQUEST_TAG: 203,
    get.RESPONSE_TAG: 204,
    set_.RESPONSE_TAG: 205,
    action.RESPONSE_TAG: 207,
}
DEDICATED_TAG_OF = {
    get.REQUEST_TAG: 208,
    set_.REQUEST_TAG: 209,
    notification.EVENT_TAG: 210,
    action.REQUEST_TAG: 211,
    get.RESPONSE_TAG: 212,
    set_.RESPONSE_TAG: 213,
    action.RESPONSE_TAG: 215,
}
DEDICATED_TAGS = frozenset(DEDICATED_TAG_OF.values())
PLAIN_TAG_OF = {
    ciphered: plain
    for tags in (GLOBAL_TAG_OF, DEDICATED_TAG_OF)
    for plain, ciphered in tags.items()
}

GENERAL_GLOBAL_TAG = 0xDB
GENERAL_DEDICATED_TAG = 0xDC
GENERAL_CIPHERING_TAG = 0xDD
GENERAL_SIGNING_TAG = 0xDF


@dataclass(frozen=True, slots=True, kw_only=True)
class CipheredApdu:
    """A sealed APDU; `tag` is a glo- or ded- tag, a key of `PLAIN_TAG_OF`."""

    tag: int
    sealed: bytes

    def to_bytes(self) -> bytes:
        """The APDU."""
        return bytes((self.tag,)) + _sized(self.sealed)

    @classmethod
    def from_bytes(cls, data: bytes) -> CipheredApdu:
        """Read the APDU; nothing is opened yet."""
        reader = Reader(data)
        tag = reader.octet()
        if tag not in PLAIN_TAG_OF:
            raise reader.error(f"tag {tag} is no ciphered service", at=0)
        sealed = reader.sized()
        reader.finish()
        return cls(tag=tag, sealed=sealed)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralCipheredApdu:
    """Any APDU, sealed under the global (or dedicated) key of the holder of `title`."""

    is_dedicated: bool = False
    title: bytes
    sealed: bytes

    def to_bytes(self) -> bytes:
        """The APDU."""
        tag = GENERAL_DEDICATED_TAG if self.is_dedicated else GENERAL_GLOBAL_TAG
        return bytes((tag,)) + _sized(self.title) + _sized(self.sealed)

    @classmethod
    def from_bytes(cls, data: bytes) -> GeneralCipheredApdu:
        """Read the APDU; nothing is opened yet."""
        reader = Reader(data)
        tag = reader.octet()
        if tag not in (GENERAL_GLOBAL_TAG, GENERAL_DEDICATED_TAG):
            raise reader.error(f"tag {tag} is no general ciphering", at=0)
        title, sealed = reader.sized(), reader.sized()
        reader.finish()
        return cls(is_dedicated=tag == GENERAL_DEDICATED_TAG, title=title, sealed=sealed)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralHeader:
    """What general-ciphering and general-signing say about an APDU before its octets."""

    transaction: bytes = b""
    originator: bytes
    recipient: bytes
    time: bytes = b""
    other: bytes = b""

    def to_bytes(self) -> bytes:
        """The five fields, each with its length: also what is authenticated of them."""
        fields = (self.transaction, self.originator, self.recipient, self.time, self.other)
        return b"".join(map(_sized, fields))

    @classmethod
    def read(cls, reader: Reader) -> GeneralHeader:
        """Read the fields at the cursor."""
        return cls(
            transaction=reader.sized(),
            originator=reader.sized(),
            recipient=reader.sized(),
            time=reader.sized(),
            other=reader.sized(),
        )


class KeyKind(IntEnum):
    """How the key of a general ciphering is told."""

    IDENTIFIED = 0
    WRAPPED = 1
    AGREED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInfo:
    """Under which key: one that is known (`identified`), wrapped, or agreed on (by ECDH).

    Its parameters: the key's number in one octet (0: global unicast); the number of the
    wrapping key and the wrapped key; or parameters and data of the agreement.
    """

    kind: KeyKind
    parameters: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """The choice and its parameters."""
        head = bytes((self.kind,))
        if self.kind == KeyKind.IDENTIFIED:
            return head + self.parameters[0]
        if self.kind == KeyKind.WRAPPED:
            return head + self.parameters[0] + _sized(self.parameters[1])
        return head + _sized(self.parameters[0]) + _sized(self.parameters[1])

    @classmethod
    def read(cls, reader: Reader) -> KeyInfo:
        """Read the choice at the cursor."""
        start = reader.offset
        number = reader.octet()
        if number == KeyKind.IDENTIFIED:
            return cls(kind=KeyKind.IDENTIFIED, parameters=(reader.take(1),))
        if number == KeyKind.WRAPPED:
            parameters = (reader.take(1), reader.sized())
            return cls(kind=KeyKind.WRAPPED, parameters=parameters)
        if number == KeyKind.AGREED:
            parameters = (reader.sized(), reader.sized())
            return cls(kind=KeyKind.AGREED, parameters=parameters)
        raise reader.error(f"key information of kind {number}", at=start)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralCiphering:
    """Any APDU, sealed under a key that `key` tells of (None: the one both sides know)."""

    header: GeneralHeader
    key: KeyInfo | None = None
    sealed: bytes

    def to_bytes(self) -> bytes:
        """The APDU."""
        key = b"\x00" if self.key is None else b"\x01" + self.key.to_bytes()
        head = bytes((GENERAL_CIPHERING_TAG,)) + self.header.to_bytes()
        return head + key + _sized(self.sealed)

    @classmethod
    def from_bytes(cls, data: bytes) -> GeneralCiphering:
        """Read the APDU; nothing is opened yet."""
        reader = Reader(data)
        reader.expect(bytes((GENERAL_CIPHERING_TAG,)), "tag of general ciphering")
        header = GeneralHeader.read(reader)
        key = KeyInfo.read(reader) if reader.flag() else None
        sealed = reader.sized()
        reader.finish()
        return cls(header=header, key=key, sealed=sealed)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralSigning:
    """Any APDU with its originator's signature (suite 1: ECDSA on P-256, 64 octets)."""

    header: GeneralHeader
    content: bytes
    signature: bytes

    def signed(self) -> bytes:
        """The octets that the signature is over: header and content."""
        return self.header.to_bytes() + _sized(self.content)

    def to_bytes(self) -> bytes:
        """The APDU."""
        return bytes((GENERAL_SIGNING_TAG,)) + self.signed() + _sized(self.signature)

    @classmethod
    def from_bytes(cls, data: bytes) -> GeneralSigning:
        """Read the APDU; the signature is not checked yet."""
        reader = Reader(data)
        reader.expect(bytes((GENERAL_SIGNING_TAG,)), "tag of general signing")
        header = GeneralHeader.read(reader)
        content, signature = reader.sized(), reader.sized()
        reader.finish()
        return cls(header=header, content=content, signature=signature)


def _sized(octets: bytes) -> bytes:
    return length_octets(len(octets)) + octets

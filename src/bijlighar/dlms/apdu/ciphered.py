"""APDUs under the global key: a tag that tells which service, and the sealed APDU.

`sealed` is security control, invocation counter, text and tag: see `security`.

Source: IEC 62056-5-3, glo- APDUs.
"""

from __future__ import annotations

from dataclasses import dataclass

from bijlighar.dlms.apdu import action, get, initiate
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.reader import Reader, length_octets

GLOBAL_TAG_OF = {
    initiate.REQUEST_TAG: 33,
    initiate.RESPONSE_TAG: 40,
    get.REQUEST_TAG: 200,
    set_.REQUEST_TAG: 201,
    action.REQUEST_TAG: 203,
    get.RESPONSE_TAG: 204,
    set_.RESPONSE_TAG: 205,
    action.RESPONSE_TAG: 207,
}
PLAIN_TAG_OF = {ciphered: plain for plain, ciphered in GLOBAL_TAG_OF.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CipheredApdu:
    """A sealed APDU; `tag` is a glo- tag, a value of `GLOBAL_TAG_OF`."""

    tag: int
    sealed: bytes

    def to_bytes(self) -> bytes:
        """The APDU."""
        return bytes((self.tag,)) + length_octets(len(self.sealed)) + self.sealed

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

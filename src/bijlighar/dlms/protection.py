"""Sealed APDUs as both sides of a ciphered association exchange them.

One rule for both: authenticated *and* encrypted, by the title of the other side, with a
counter that has moved forward. The tag is checked before the counter is looked at, and
nothing is remembered here: the caller moves its counter when, and only when, this succeeds.

Source: IEC 62056-5-3, 5.3.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from bijlighar.dlms.apdu.ciphered import GLOBAL_TAG_OF, PLAIN_TAG_OF, CipheredApdu
from bijlighar.dlms.errors import CounterReplayed, DecodeError, SecurityDowngraded
from bijlighar.dlms.security import SecurityControl, SecurityKeys, open_sealed, seal

# glo- tag 1, length 3, security control 1, counter 4, authentication tag 12.
OVERHEAD = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class Unprotected:
    """A genuine APDU and the counter it came with."""

    plain: bytes
    counter: int


def protect(
    *, keys: SecurityKeys, system_title: bytes, counter: int, plain: bytes
) -> bytes:
    """The glo- APDU that carries `plain`."""
    sealed = seal(keys=keys, system_title=system_title, counter=counter, plain=plain)
    return CipheredApdu(tag=GLOBAL_TAG_OF[plain[0]], sealed=sealed).to_bytes()


def unprotect(
    *,
    keys: SecurityKeys,
    system_title: bytes,
    apdu: bytes,
    known_counter: int | None,
    services: Container[int],
) -> Unprotected:
    """Open a glo- APDU of the holder of `system_title`.

    `services` are the plain tags that may come at this moment. Raises `SecurityDowngraded`
    for any lesser protection, `FrameForged` for a wrong tag, `CounterReplayed` unless the
    counter is after `known_counter` (None: none known yet).
    """
    if apdu[:1] and apdu[0] in GLOBAL_TAG_OF:
        raise SecurityDowngraded("a plain APDU in a ciphered association")
    ciphered = CipheredApdu.from_bytes(apdu)
    service = PLAIN_TAG_OF[ciphered.tag]
    if service not in services:
        raise DecodeError("a service that is not awaited", offset=0, data=apdu)
    opened = open_sealed(keys=keys, system_title=system_title, sealed=ciphered.sealed)
    if opened.control is not SecurityControl.AUTHENTICATED_ENCRYPTED:
        raise SecurityDowngraded(f"protection is only {opened.control.name.lower()}")
    if known_counter is not None and opened.counter <= known_counter:
        raise CounterReplayed(counter=opened.counter, known=known_counter)
    if opened.plain[:1] != bytes((service,)):
        raise DecodeError("the sealed APDU is of another service", offset=0, data=apdu)
    return Unprotected(plain=opened.plain, counter=opened.counter)

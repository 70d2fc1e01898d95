"""Sealed APDUs as both sides of a ciphered association exchange them.

One rule for both: protected as was agreed (authenticated *and* encrypted, unless a make can
do no more), by the title of the other side, in the agreed form, with a counter that has
moved forward. The tag is checked before the counter is looked at, and nothing is remembered
here: the caller moves its counter when, and only when, this succeeds.

Source: IEC 62056-5-3, 5.3.
"""

from __future__ import annotations

from collections.abc import Container
from enum import Enum
from typing import NamedTuple

from bijlighar.dlms.apdu.ciphered import (
    DEDICATED_TAG_OF,
    DEDICATED_TAGS,
    GENERAL_DEDICATED_TAG,
    GENERAL_GLOBAL_TAG,
    GLOBAL_TAG_OF,
    PLAIN_TAG_OF,
    CipheredApdu,
    GeneralCipheredApdu,
)
from bijlighar.dlms.errors import (
    CounterReplayed,
    DecodeError,
    SecurityDowngraded,
    UnexpectedAnswer,
)
from bijlighar.dlms.reader import sized_at
from bijlighar.dlms.security import (
    TITLE_SIZE,
    Opened,
    SecurityControl,
    SecurityKeys,
    open_sealed,
    seal,
)

# general-glo tag 1, title and its length 9, length 3, security control 1, counter 4,
# authentication tag 12; the other forms take less.
OVERHEAD = 1 + 1 + TITLE_SIZE + 3 + 1 + 4 + 12


class Form(Enum):
    """How a sealed APDU travels."""

    GLOBAL = "glo"
    DEDICATED = "ded"
    GENERAL_GLOBAL = "general-glo"
    GENERAL_DEDICATED = "general-ded"


_GLOBAL, _DEDICATED = Form.GLOBAL, Form.DEDICATED


class Unprotected(NamedTuple):
    """A genuine APDU and the counter it came with; a tuple, since it is made often."""

    plain: bytes
    counter: int


def protect(
    *,
    keys: SecurityKeys,
    system_title: bytes,
    counter: int,
    plain: bytes,
    control: SecurityControl = SecurityControl.AUTHENTICATED_ENCRYPTED,
    form: Form = Form.GLOBAL,
) -> bytes:
    """The sealed APDU that carries `plain`."""
    sealed = seal(
        keys=keys, system_title=system_title, counter=counter, plain=plain, control=control
    )
    if form in (Form.GENERAL_GLOBAL, Form.GENERAL_DEDICATED):
        return GeneralCipheredApdu(
            is_dedicated=form is Form.GENERAL_DEDICATED, title=system_title, sealed=sealed
        ).to_bytes()
    tags = GLOBAL_TAG_OF if form is Form.GLOBAL else DEDICATED_TAG_OF
    return CipheredApdu(tag=tags[plain[0]], sealed=sealed).to_bytes()


def unprotect(
    *,
    keys: SecurityKeys,
    system_title: bytes,
    apdu: bytes,
    known_counter: int | None,
    services: Container[int],
    control: SecurityControl = SecurityControl.AUTHENTICATED_ENCRYPTED,
    form: Form = Form.GLOBAL,
) -> Unprotected:
    """Open a sealed APDU of the holder of `system_title`.

    `services` are the plain tags that may come at this moment. Raises `SecurityDowngraded`
    for any lesser protection than `control`, `FrameForged` for a wrong tag,
    `CounterReplayed` unless the counter is after `known_counter` (None: none known yet).
    """
    service, sealed = _sealed_in(apdu, form, system_title)
    if service is not None and service not in services:
        raise DecodeError("a service that is not awaited", offset=0, data=apdu)
    opened = open_sealed(keys=keys, system_title=system_title, sealed=sealed)
    if opened.control is not control or opened.suite != keys.suite:
        _check_strength(opened, keys, control)
    _, counter, plain, _ = opened
    if known_counter is not None and counter <= known_counter:
        raise CounterReplayed(counter=counter, known=known_counter)
    if not plain or plain[0] not in (services if service is None else (service,)):
        raise DecodeError("the sealed APDU is of another service", offset=0, data=apdu)
    return Unprotected(plain, counter)


def _sealed_in(apdu: bytes, form: Form, system_title: bytes) -> tuple[int | None, bytes]:
    """The service that the tag names, if it names one, and the sealed octets."""
    tag = apdu[0] if apdu else -1
    service = PLAIN_TAG_OF.get(tag)
    if service is None:
        return None, _generally_sealed(apdu, tag, form, system_title)
    _check_form(_DEDICATED if tag in DEDICATED_TAGS else _GLOBAL, form)
    start, end = sized_at(apdu, 1)
    if end != len(apdu):
        raise DecodeError("octets after the sealed APDU", offset=end, data=apdu)
    return service, apdu[start:end]


def _generally_sealed(apdu: bytes, tag: int, form: Form, system_title: bytes) -> bytes:
    if tag in GLOBAL_TAG_OF:
        raise SecurityDowngraded("a plain APDU in a ciphered association")
    if tag not in (GENERAL_GLOBAL_TAG, GENERAL_DEDICATED_TAG):
        raise DecodeError("no sealed APDU", offset=0, data=apdu)
    general = GeneralCipheredApdu.from_bytes(apdu)
    came = Form.GENERAL_DEDICATED if general.is_dedicated else Form.GENERAL_GLOBAL
    _check_form(came, form)
    if general.title != system_title:
        raise UnexpectedAnswer("an APDU of another system title")
    return general.sealed


def _check_form(came: Form, agreed: Form) -> None:
    if came is not agreed:
        raise UnexpectedAnswer(f"{came.value} ciphering where {agreed.value} is agreed")


def _check_strength(opened: Opened, keys: SecurityKeys, control: SecurityControl) -> None:
    if opened.suite != keys.suite:
        raise SecurityDowngraded(f"security suite {opened.suite}, not {keys.suite}")
    if opened.control & control != control:
        raise SecurityDowngraded(f"protection is only {opened.control.name.lower()}")

"""Opening and closing an association: AARQ, AARE, RLRQ, RLRE, in BER.

`user_information` carries an initiate APDU, plain or ciphered: see `initiate`.

Source: IEC 62056-5-3, ACSE APDUs; application context and mechanism names there, 7.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bijlighar.dlms.ber import element, only, read_fields
from bijlighar.dlms.reader import Reader

AARQ_TAG = 0x60
AARE_TAG = 0x61
RLRQ_TAG = 0x62
RLRE_TAG = 0x63

ACCEPTED = 0
REJECTED_FOR_GOOD = 1
REJECTED_FOR_NOW = 2

NO_DIAGNOSTIC = 0
NO_REASON_GIVEN = 1
CONTEXT_NOT_SUPPORTED = 2
MECHANISM_NOT_RECOGNISED = 11
MECHANISM_REQUIRED = 12
AUTHENTICATION_FAILURE = 13
AUTHENTICATION_REQUIRED = 14

_CONTEXT_NAME = bytes.fromhex("608574050801")
_MECHANISM_NAME = bytes.fromhex("608574050802")
_LOGICAL_NAMES = 1
_LOGICAL_NAMES_CIPHERED = 3
_REQUIREMENTS = bytes.fromhex("0780")  # one bit: authentication

_CONTEXT, _RESULT, _DIAGNOSTIC, _SERVER_TITLE = 0xA1, 0xA2, 0xA3, 0xA4
_CLIENT_TITLE, _USER_INFORMATION = 0xA6, 0xBE
_ASK_REQUIREMENTS, _ASK_MECHANISM, _ASK_VALUE = 0x8A, 0x8B, 0xAC
_SAY_REQUIREMENTS, _SAY_MECHANISM, _SAY_VALUE = 0x88, 0x89, 0xAA
_REASON = 0x80
_INTEGER, _OCTETS, _OID, _CHARACTERS = 0x02, 0x04, 0x06, 0x80
_BY_USER, _BY_PROVIDER = 0xA1, 0xA2

# Read over, not kept: protocol version, called and calling titles, qualifiers and
# invocation identifiers, implementation information.
_PASSED_OVER = frozenset((0x80, 0xA2, 0xA3, 0xA4, 0xA5, 0xA7, 0xA8, 0xA9, 0xBD))
_AARQ_FIELDS = _PASSED_OVER | {
    _CONTEXT,
    _CLIENT_TITLE,
    _ASK_REQUIREMENTS,
    _ASK_MECHANISM,
    _ASK_VALUE,
    _USER_INFORMATION,
}
_AARE_FIELDS = frozenset((0x80, 0xA5, 0xA6, 0xA7, 0xBD)) | {
    _CONTEXT,
    _RESULT,
    _DIAGNOSTIC,
    _SERVER_TITLE,
    _SAY_REQUIREMENTS,
    _SAY_MECHANISM,
    _SAY_VALUE,
    _USER_INFORMATION,
}
_RELEASE_FIELDS = frozenset((_REASON, _USER_INFORMATION))


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateRequest:
    """AARQ: a client asks for an association.

    `mechanism` is the authentication mechanism's number (None: not named),
    `authentication_value` the password or the challenge to the server.
    """

    ciphered: bool = False
    client_title: bytes | None = None
    mechanism: int | None = None
    authentication_value: bytes | None = None
    user_information: bytes | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        return element(
            AARQ_TAG,
            element(_CONTEXT, _context(self.ciphered)),
            _title(_CLIENT_TITLE, self.client_title),
            _named(_ASK_REQUIREMENTS, _ASK_MECHANISM, self.mechanism),
            _wrapped(_ASK_VALUE, _CHARACTERS, self.authentication_value),
            _wrapped(_USER_INFORMATION, _OCTETS, self.user_information),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> AssociateRequest:
        """Read the APDU."""
        fields = read_fields(data, tag=AARQ_TAG, known=_AARQ_FIELDS)
        return cls(
            ciphered=_read_context(fields, data),
            client_title=_unwrapped(fields, _CLIENT_TITLE, _OCTETS),
            mechanism=_read_mechanism(fields, _ASK_MECHANISM),
            authentication_value=_unwrapped(fields, _ASK_VALUE, _CHARACTERS),
            user_information=_unwrapped(fields, _USER_INFORMATION, _OCTETS),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateResponse:
    """AARE: the server says yes or no.

    `by_provider` tells who set the `diagnostic`: the protocol's provider or its user.
    """

    ciphered: bool = False
    result: int
    diagnostic: int
    by_provider: bool = False
    server_title: bytes | None = None
    mechanism: int | None = None
    authentication_value: bytes | None = None
    user_information: bytes | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        source = _BY_PROVIDER if self.by_provider else _BY_USER
        return element(
            AARE_TAG,
            element(_CONTEXT, _context(self.ciphered)),
            element(_RESULT, _integer(self.result)),
            element(_DIAGNOSTIC, element(source, _integer(self.diagnostic))),
            _title(_SERVER_TITLE, self.server_title),
            _named(_SAY_REQUIREMENTS, _SAY_MECHANISM, self.mechanism),
            _wrapped(_SAY_VALUE, _CHARACTERS, self.authentication_value),
            _wrapped(_USER_INFORMATION, _OCTETS, self.user_information),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> AssociateResponse:
        """Read the APDU."""
        fields = read_fields(data, tag=AARE_TAG, known=_AARE_FIELDS)
        by_provider, diagnostic = _read_diagnostic(_needed(fields, _DIAGNOSTIC, data))
        return cls(
            ciphered=_read_context(fields, data),
            result=_read_integer(_needed(fields, _RESULT, data)),
            diagnostic=diagnostic,
            by_provider=by_provider,
            server_title=_unwrapped(fields, _SERVER_TITLE, _OCTETS),
            mechanism=_read_mechanism(fields, _SAY_MECHANISM),
            authentication_value=_unwrapped(fields, _SAY_VALUE, _CHARACTERS),
            user_information=_unwrapped(fields, _USER_INFORMATION, _OCTETS),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """RLRQ: the client closes the association; reason 0 is "normal"."""

    reason: int | None = 0
    user_information: bytes | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        return _release(RLRQ_TAG, self.reason, self.user_information)

    @classmethod
    def from_bytes(cls, data: bytes) -> ReleaseRequest:
        """Read the APDU."""
        reason, user_information = _read_release(data, RLRQ_TAG)
        return cls(reason=reason, user_information=user_information)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseResponse:
    """RLRE: the server agrees that the association is closed."""

    reason: int | None = 0
    user_information: bytes | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        return _release(RLRE_TAG, self.reason, self.user_information)

    @classmethod
    def from_bytes(cls, data: bytes) -> ReleaseResponse:
        """Read the APDU."""
        reason, user_information = _read_release(data, RLRE_TAG)
        return cls(reason=reason, user_information=user_information)


def _context(ciphered: bool) -> bytes:
    number = _LOGICAL_NAMES_CIPHERED if ciphered else _LOGICAL_NAMES
    return element(_OID, _CONTEXT_NAME, bytes((number,)))


def _integer(value: int) -> bytes:
    return element(_INTEGER, bytes((value,)))


def _title(tag: int, title: bytes | None) -> bytes:
    return _wrapped(tag, _OCTETS, title)


def _wrapped(tag: int, inner: int, value: bytes | None) -> bytes:
    return b"" if value is None else element(tag, element(inner, value))


def _named(requirements: int, tag: int, mechanism: int | None) -> bytes:
    if mechanism is None:
        return b""
    name = _MECHANISM_NAME + bytes((mechanism,))
    return element(requirements, _REQUIREMENTS) + element(tag, name)


def _release(tag: int, reason: int | None, user_information: bytes | None) -> bytes:
    return element(
        tag,
        b"" if reason is None else element(_REASON, bytes((reason,))),
        _wrapped(_USER_INFORMATION, _OCTETS, user_information),
    )


def _needed(fields: Mapping[int, Reader], tag: int, data: bytes) -> Reader:
    if tag not in fields:
        raise Reader(data).error(f"field 0x{tag:02X} is missing")
    return fields[tag]


def _unwrapped(fields: Mapping[int, Reader], tag: int, inner: int) -> bytes | None:
    return only(fields[tag], inner).rest() if tag in fields else None


def _read_context(fields: Mapping[int, Reader], data: bytes) -> bool:
    name = only(_needed(fields, _CONTEXT, data), _OID)
    name.expect(_CONTEXT_NAME, "name of a DLMS context")
    number = name.octet()
    name.finish()
    if number not in (_LOGICAL_NAMES, _LOGICAL_NAMES_CIPHERED):
        raise name.error(
            f"context {number}: only logical names are spoken", at=name.end - 1
        )
    return number == _LOGICAL_NAMES_CIPHERED


def _read_mechanism(fields: Mapping[int, Reader], tag: int) -> int | None:
    if tag not in fields:
        return None
    name = fields[tag]
    name.expect(_MECHANISM_NAME, "name of a DLMS authentication mechanism")
    number = name.octet()
    name.finish()
    return number


def _read_integer(reader: Reader) -> int:
    value = only(reader, _INTEGER)
    number = value.octet()
    value.finish()
    return number


def _read_diagnostic(reader: Reader) -> tuple[bool, int]:
    source = reader.octet()
    if source not in (_BY_USER, _BY_PROVIDER):
        raise reader.error("source of the diagnostic is unknown", at=reader.offset - 1)
    value = reader.inner()
    reader.finish()
    return source == _BY_PROVIDER, _read_integer(value)


def _read_release(data: bytes, tag: int) -> tuple[int | None, bytes | None]:
    fields = read_fields(data, tag=tag, known=_RELEASE_FIELDS)
    reason = None
    if _REASON in fields:
        reason = fields[_REASON].octet()
        fields[_REASON].finish()
    return reason, _unwrapped(fields, _USER_INFORMATION, _OCTETS)

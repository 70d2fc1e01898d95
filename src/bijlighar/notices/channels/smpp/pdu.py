"""SMPP 3.4 on the wire: the few PDUs that a sender of SMS needs. Pure.

Written here: the libraries that exist are LGPL and blocking, or for asyncio, which our
worker's threads have no use for; what is needed of the protocol is this page.
Source: SMPP Protocol Specification v3.4, sections 3.2, 4.1, 4.4, 4.6, 5.1, 5.2, 5.3; the
two optional parameters of the DLT platforms: TRAI TCCCPR 2018 as operators carry it.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from enum import IntEnum

HEADER = struct.Struct(">IIII")
LONGEST_PDU = 64 * 1024
ANSWER = 0x8000_0000


class Command(IntEnum):
    """Which PDU it is; an answer has the highest bit set."""

    BIND_TRANSCEIVER = 0x09
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    ENQUIRE_LINK = 0x15


ENTITY_TLV = 0x1400
TEMPLATE_TLV = 0x1401
PAYLOAD_TLV = 0x0424
MESSAGE_ID_TLV = 0x001E
MESSAGE_STATE_TLV = 0x0427
DELIVERED_STATE = 2
FINAL_STATES = {2: True, 3: False, 4: False, 5: False, 8: False}
"""message_state: delivered; expired, deleted, undeliverable, rejected."""
OK = 0
LATER = frozenset({0x14, 0x58, 0x08, 0x0D, 0x0E})
"""Queue full, throttled, system error, bind refused, password: not the notice's fault."""
UCS_2 = 8
GSM_DEFAULT = 0
WANTS_RECEIPT = 1
INTERNATIONAL, ALPHANUMERIC, ISDN = 1, 5, 1
_RECEIPT = re.compile(rb"id:(?P<id>\S+).*?stat:(?P<stat>[A-Z]+)", re.IGNORECASE | re.DOTALL)
_GSM_ORDER = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = dict(
    zip("\f^{}\\[~]|€", b"\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65", strict=True)
)


class BadPdu(ValueError):
    """Bytes that are no PDU of SMPP 3.4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdu:
    """One PDU; its body as bytes."""

    command: int
    status: int
    sequence: int
    body: bytes

    @property
    def is_answer(self) -> bool:
        """Whether it answers one of the same sequence number."""
        return bool(self.command & ANSWER)


def pack(pdu: Pdu) -> bytes:
    """As it goes over the wire."""
    length = HEADER.size + len(pdu.body)
    return HEADER.pack(length, pdu.command, pdu.status, pdu.sequence) + pdu.body


def unpack_header(told: bytes) -> tuple[int, int, int, int]:
    """(length of the body, command, status, sequence). Raises BadPdu."""
    length, command, status, sequence = HEADER.unpack(told)
    if not HEADER.size <= length <= LONGEST_PDU:
        raise BadPdu(f"A PDU of {length} bytes.")
    return length - HEADER.size, command, status, sequence


def bind_body(*, system_id: str, password: str) -> bytes:
    """Who we are; SMPP 3.4, any address."""
    return b"".join(
        (_text(system_id), _text(password), _text(""), b"\x34", b"\x00\x00", _text(""))
    )


def submit_body(
    *, sender: str, to: str, text: str, entity: str, template_id: str, is_ucs_2: bool
) -> bytes:
    """An SMS in one PDU: the operator cuts a long text, which message_payload may carry."""
    told = text.encode("utf-16-be") if is_ucs_2 else gsm_bytes(text)
    fields = (
        _text(""),
        bytes([ALPHANUMERIC, 0]) + _text(sender),
        bytes([INTERNATIONAL, ISDN]) + _text(to),
        b"\x00\x00\x00",  # esm_class, protocol_id, priority_flag
        _text("") + _text(""),  # at once; as long as the operator keeps it
        bytes([WANTS_RECEIPT, 0, UCS_2 if is_ucs_2 else GSM_DEFAULT, 0, 0]),
    )
    tlvs = (
        _tlv(PAYLOAD_TLV, told),
        _tlv(ENTITY_TLV, _text(entity)),
        _tlv(TEMPLATE_TLV, _text(template_id)),
    )
    return b"".join((*fields, *tlvs))


def message_id(body: bytes) -> str:
    """What an operator calls the SMS that it took."""
    return body.split(b"\x00", 1)[0].decode("ascii", errors="replace")


def receipt_of(body: bytes) -> tuple[str, bool] | None:
    """(message id, whether it arrived) of a deliver_sm; None: no receipt, or no end yet.

    Raises BadPdu.
    """
    rest, esm_class = _to_esm_class(body)
    if not esm_class & 0x04:
        return None
    try:
        length = rest[8]
    except IndexError as error:
        raise BadPdu("A deliver_sm that ends early.") from error
    text, tlvs = rest[9 : 9 + length], _tlvs(rest[9 + length :])
    if MESSAGE_ID_TLV in tlvs and MESSAGE_STATE_TLV in tlvs:
        state = tlvs[MESSAGE_STATE_TLV][0]
        if state not in FINAL_STATES:
            return None
        return message_id(tlvs[MESSAGE_ID_TLV]), FINAL_STATES[state]
    found = _RECEIPT.search(text or tlvs.get(PAYLOAD_TLV, b""))
    if found is None:
        return None
    stat = found["stat"].upper()
    if stat in (b"ENROUTE", b"ACCEPTD"):
        return None
    return found["id"].decode("ascii", errors="replace"), stat == b"DELIVRD"


def gsm_bytes(text: str) -> bytes:
    """A text in the GSM alphabet, a byte a place. Raises KeyError for another letter."""
    made = bytearray()
    for letter in text:
        if letter in _GSM_EXTENDED:
            made += bytes([0x1B, _GSM_EXTENDED[letter]])
        else:
            made.append(_PLACES[letter])
    return bytes(made)


_PLACES = {letter: place for place, letter in enumerate(_GSM_ORDER)}


def _to_esm_class(body: bytes) -> tuple[bytes, int]:
    """What follows esm_class, from protocol_id minus one on, and esm_class itself."""
    rest = _after_text(body)  # service_type
    rest = _after_text(rest[2:])  # source
    rest = _after_text(rest[2:])  # destination
    if not rest:
        raise BadPdu("A deliver_sm that ends early.")
    esm_class, rest = rest[0], rest[3:]
    rest = _after_text(_after_text(rest))  # schedule, validity
    return b"\x00" * 4 + rest, esm_class


def _after_text(told: bytes) -> bytes:
    try:
        return told[told.index(b"\x00") + 1 :]
    except ValueError as error:
        raise BadPdu("A text without an end.") from error


def _tlvs(told: bytes) -> dict[int, bytes]:
    found = {}
    while told:
        if len(told) < 4:
            raise BadPdu("An optional parameter that ends early.")
        tag, length = struct.unpack(">HH", told[:4])
        if len(told) < 4 + length or not length:
            raise BadPdu("An optional parameter that ends early.")
        found[tag] = told[4 : 4 + length]
        told = told[4 + length :]
    return found


def _text(told: str) -> bytes:
    return told.encode("ascii") + b"\x00"


def _tlv(tag: int, told: bytes) -> bytes:
    return struct.pack(">HH", tag, len(told)) + told

"""How many SMS a text is: the GSM alphabet where it can, two bytes a letter where not.

Source: 3GPP TS 23.038 section 6.2.1 (the alphabet and its extension); TS 23.040 (a text
that goes in parts loses six bytes of each to the header that joins them).
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each takes two places."""
GSM_7_AT_ALL = GSM_7 | GSM_7_EXTENSION
LAST_OF_UNIT = 0xFFFF
"""A letter beyond it takes two units of UTF-16."""


class Alphabet(StrEnum):
    """How an SMS is coded."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


PLACES_ALONE = {Alphabet.GSM_7: 160, Alphabet.UCS_2: 70}
PLACES_OF_A_PART = {Alphabet.GSM_7: 153, Alphabet.UCS_2: 67}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsLength:
    """How long a text is as an SMS, and what is paid for."""

    alphabet: Alphabet
    places: int
    """Septets, or UTF-16 units."""
    parts: int


def sms_length(text: str) -> SmsLength:
    """Alphabet, places and parts of a text. A letter of two places is never torn apart."""
    letters = set(text)
    if letters <= GSM_7_AT_ALL:
        alphabet, wide = Alphabet.GSM_7, letters & GSM_7_EXTENSION
    else:
        alphabet, wide = Alphabet.UCS_2, {one for one in letters if ord(one) > LAST_OF_UNIT}
    places = len(text) + sum(map(text.count, wide))
    parts = 1
    if places > PLACES_ALONE[alphabet]:
        parts = _parts(text, wide, PLACES_OF_A_PART[alphabet])
    return SmsLength(alphabet=alphabet, places=places, parts=parts)


def _parts(text: str, wide: Set[str], room: int) -> int:
    """How many parts; `wide` are the letters that take two places."""
    if not wide:
        return -(-len(text) // room)
    parts, used = 1, 0
    for letter in text:
        units = 2 if letter in wide else 1
        if used + units > room:
            parts, used = parts + 1, 0
        used += units
    return parts

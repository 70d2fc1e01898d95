"""How many SMS a text is: the GSM alphabet where it can, two bytes a letter where not.

Source: 3GPP TS 23.038 section 6.2.1 (the alphabet and its extension); TS 23.040 (a text
that goes in parts loses six bytes of each to the header that joins them).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each takes two places."""


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
    units = _septets(text)
    alphabet = Alphabet.GSM_7
    if units is None:
        alphabet = Alphabet.UCS_2
        units = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    places = sum(units)
    parts = 1
    if places > PLACES_ALONE[alphabet]:
        parts = _parts(units, PLACES_OF_A_PART[alphabet])
    return SmsLength(alphabet=alphabet, places=places, parts=parts)


def _septets(text: str) -> list[int] | None:
    """Places of each letter; None where one is not of the GSM alphabet."""
    units = []
    for letter in text:
        if letter in GSM_7:
            units.append(1)
        elif letter in GSM_7_EXTENSION:
            units.append(2)
        else:
            return None
    return units


def _parts(units: list[int], room: int) -> int:
    parts, used = 1, 0
    for unit in units:
        if used + unit > room:
            parts, used = parts + 1, 0
        used += unit
    return parts

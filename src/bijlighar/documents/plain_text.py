"""Text from outside, made fit to print: what the fonts can draw, one line, no hidden signs.

A printed name cannot be reordered, hidden or broken by what stands in it: control signs and
signs of direction are dropped, joiners stay where Hindi writes them, and what Mukta cannot
draw becomes a question mark, so that the file stays readable to screen readers (PDF/UA).
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 240
PRINTABLE = frozenset(
    chr(code)
    for code in (
        *range(0x20, 0x7F),
        *range(0xA0, 0xAD),
        *(code for code in range(0xAE, 0x17F) if code != 0x138),
        *(code for code in range(0x0900, 0x0980) if code != 0x0978),
        *map(ord, "–—‘’“”•…₹−\N{DOTTED CIRCLE}"),
    )
)
_STRAY_JOINER = re.compile("(?<!\N{DEVANAGARI SIGN VIRAMA})[\u200c\u200d]")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}


def printable(text: str) -> str:
    """One line of at most LONGEST characters that the bill's fonts can draw."""
    text = " ".join(text[: 4 * LONGEST].split())
    text = unicodedata.normalize("NFC", _STRAY_JOINER.sub("", text))
    shown = "".join(map(_drawn, text)).strip()
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def _drawn(sign: str) -> str:
    if sign in PRINTABLE or sign in "\u200c\u200d":
        return sign
    plain = unicodedata.normalize("NFKC", sign)
    if plain and all(part in PRINTABLE for part in plain):
        return plain
    return "" if unicodedata.category(sign) in _UNSEEN else "?"

"""Numbers as people type them: with commas, in either digits, with a point."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,3})?", re.ASCII)
_LONGEST = 20


def number_typed(text: str) -> Decimal | None:
    """A number that is not negative, of up to three decimals; None for anything else."""
    plain = "".join(_in_ascii(letter) for letter in text.strip()[:_LONGEST])
    plain = plain.replace(",", "")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def _in_ascii(letter: str) -> str:
    """A digit of any script as one of 0 to 9; any other letter as it is."""
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)

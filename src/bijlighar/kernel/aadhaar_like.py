"""Twelve digits that look like an Aadhaar number, however somebody typed them.

Such numbers are never collected, so what is typed anywhere is looked at for them before
anything else happens to it. Digits of every Indian script count, and digits may stand in
groups, parted by spaces, dashes or dots. The number itself is never told.

One in thirteen other numbers of twelve digits looks the same, as chance has it. So known
consumer numbers are let pass, and so is what stands directly behind letters, as `UTR…`, and
what is part of a random identifier (UUID).

Source: Aadhaar Act, section 8A(4); form of the number: UIDAI, first digit 2 to 9, Verhoeff
check digit, no palindrome.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from itertools import accumulate

from stdnum.in_ import aadhaar

DIGITS = 12

# A digit, then digits with at most three parting signs between two of them; invisible
# signs, which copied text carries along, part nothing.
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_RUN = re.compile(
    "[0-9](?:[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000._/\u2010-\u2015\u2212-]{0,3}[0-9])+"
)
_GROUP = re.compile(r"[0-9]+")
# Random identifiers of ours stand in addresses; one in some thousand ends in such a number.
_UUID = re.compile(
    r"\b(?=[0-9-]*[a-f])[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:a+dh?a+r|uid(?:ai)?)(?:no|number|card)?\Z", re.IGNORECASE)
_WORD_BEFORE = re.compile(r"[A-Za-z]+\Z")


def looks_like_aadhaar(text: str, *, known: Container[str] = ()) -> bool:
    """Whether a text holds what may be an Aadhaar number; `known` numbers are none."""
    return any(number not in known for number in aadhaar_like_in(text))


def aadhaar_like_in(text: str) -> tuple[str, ...]:
    """What in a text may be an Aadhaar number: to be compared with what is known, only."""
    if sum(map(str.isdecimal, text)) < DIGITS:
        return ()
    plain = _UUID.sub("|", _INVISIBLE.sub("", _in_latin_digits(text)))
    return tuple(
        number
        for run in _RUN.finditer(plain)
        if not _is_part_of_a_word(plain, run.start(), run.end())
        for number in _twelve_of(_GROUP.findall(run.group()))
        if aadhaar.is_valid(number)
    )


def _twelve_of(groups: Sequence[str]) -> Iterator[str]:
    """Neighbouring groups that are twelve digits together."""
    whole = "".join(groups)
    borders = list(accumulate(map(len, groups), initial=0))
    ends = set(borders)
    for start in borders:
        if start + DIGITS in ends:
            yield whole[start : start + DIGITS]


def _is_part_of_a_word(plain: str, start: int, end: int) -> bool:
    """Whether letters stand directly at the digits, as in codes; `UID…` is no such word."""
    if plain[end : end + 1].isascii() and plain[end : end + 1].isalpha():
        return True
    before = _WORD_BEFORE.search(plain[max(0, start - 20) : start])
    return before is not None and _NAMED.search(before.group()) is None


def _in_latin_digits(text: str) -> str:
    """The same text with the digits of every script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(
        char if char.isascii() or not char.isdecimal() else str(unicodedata.decimal(char))
        for char in text
    )

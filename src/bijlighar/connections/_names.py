"""Names as they sound: one Latin key for रमेश and Ramesh, सुनीता and Suneeta.

Names in the field are written in two scripts and in many ways. The key keeps what all of
them share: Devanagari is spelt out in Latin letters, long vowels become short, aspirates
plain, doubled letters single, and the vowel a, which people add and leave out as they
like, goes everywhere but at the beginning. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CONSONANTS_SPELT = """
क k ख kh ग g घ gh ङ n च c छ ch ज j झ jh ञ n ट t ठ th ड d ढ dh ण n त t थ th द d ध dh न n
प p फ ph ब b भ bh म m य y र r ल l व v श sh ष sh स s ह h ळ l
"""
_VOWELS_SPELT = "अ a आ a इ i ई i उ u ऊ u ऋ ri ए e ऐ ai ओ o औ au ऑ o ऍ e"
_SIGNS_SPELT = "ा a ि i ी i ु u ू u ृ ri े e ै ai ो o ौ au ॉ o ॅ e"


def _table(spelt: str) -> dict[str, str]:
    """Letters, each followed by how it is spelt."""
    parts = spelt.split()
    return dict(zip(parts[::2], parts[1::2], strict=True))


_CONSONANTS = _table(_CONSONANTS_SPELT)
_VOWELS = _table(_VOWELS_SPELT)
_SIGNS = _table(_SIGNS_SPELT)
_NUKTA, _VIRAMA = "\u093c", "\u094d"
_NASALS = "\u0901\u0902"
_LIPS = "पफबभम"
_SPELT_ALIKE = (("ाइ", "ै"), ("ाई", "ै"), ("ज्ञ", "ग्य"), ("\u0902ह", "न्ग"))
_SOUNDS_ALIKE = (
    (re.compile(r"(?<=[bcdfghjklmnpqrstvwxz])y$"), "i"),
    (re.compile("chh"), "ch"),
    (re.compile("ph"), "f"),
    (re.compile("ck|q"), "k"),
    (re.compile("x"), "ks"),
    (re.compile("z"), "j"),
    (re.compile("w"), "v"),
    (re.compile("ee"), "i"),
    (re.compile("oo"), "u"),
    (re.compile("ou|au"), "o"),
    (re.compile("ai|ei"), "e"),
    (re.compile(r"(?<=[bcdgjklprst])h"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"(?<!^)a"), ""),
    (re.compile("ey$"), "e"),
    (re.compile("er"), "r"),
)
MOST_WORDS = 5
"""Words of a name that are looked at."""


def keys_of(text: str) -> tuple[str, ...]:
    """The keys of the words of a name, in order; none for what has no letters."""
    plain = unicodedata.normalize("NFC", text)
    spelt = (_key(word) for word in _words(plain))
    return tuple(key for key in spelt if key)[:MOST_WORDS]


def phrases_of(*names: str) -> frozenset[str]:
    """What the index keeps of somebody's names: every word, followed by each other word.

    So one look at the index finds one word, or two in either order, by their beginning.
    """
    held: set[str] = set()
    for name in names:
        keys = tuple(dict.fromkeys(keys_of(name)))
        if len(keys) == 1:
            held.add(keys[0])
        held |= {f"{one} {two}" for one in keys for two in keys if one != two}
    return frozenset(held)


def _words(text: str) -> list[str]:
    """Words, marks of Devanagari included, which are no letters to a regular expression."""
    kept = "".join(
        letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" else " "
        for letter in text
    )
    return kept.split()


@lru_cache(maxsize=100_000)
def _key(word: str) -> str:
    """How a word sounds; names repeat, so keys are kept."""
    latin = _in_latin(word.casefold())
    for pattern, sound in _SOUNDS_ALIKE:
        latin = pattern.sub(sound, latin)
    return latin


def _in_latin(word: str) -> str:
    for written, alike in _SPELT_ALIKE:
        word = word.replace(written, alike)
    spelt: list[str] = []
    letters = unicodedata.normalize("NFD", word)
    for place, letter in enumerate(letters):
        following = letters[place + 1 : place + 2]
        if following == _NUKTA:
            following = letters[place + 2 : place + 3]
        if letter in _CONSONANTS:
            silent = following == _VIRAMA or following in _SIGNS
            spelt.append(_CONSONANTS[letter] + ("" if silent else "a"))
        elif letter in _VOWELS:
            spelt.append(_VOWELS[letter])
        elif letter in _SIGNS:
            spelt.append(_SIGNS[letter])
        elif letter in _NASALS:
            spelt.append("m" if following and following in _LIPS else "n")
        elif letter.isascii() and letter.isalnum():
            spelt.append(letter)
    return "".join(spelt)

"""Finding connections by what somebody typed, within the areas they may look at.

Digits may begin or end a consumer number or a mobile, and begin a meter's number. Letters
are words of a name in either script: the last may be begun only. What is typed becomes
ranges of the index; the narrower an area, the better it is asked place by place.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.db import connection

from bijlighar.connections._names import keys_of
from bijlighar.connections._search import Kept
from bijlighar.connections.values import Hit
from bijlighar.kernel.sql import rows, statement
from bijlighar.people.values import Scope

LONGEST_TERM = 60
LEAST_NUMBER = 3
LEAST_OF_MOBILE = 4
PLACES_ASKED_ONE_BY_ONE = 300
WORDS_A_NAME = 4
"""A connection may be met under so many words before it counts once."""

_LAST = "\U0010ffff"
_APART = re.compile(r"[\s\-/.,()+]+")
_MOBILE = re.compile(r"(?:91|0)?(\d{10})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """What is looked up: words that begin so; and words the same connection must have."""

    begins: tuple[str, ...]
    also: tuple[str, ...] = ()


def find(*, term: str, scope: Scope, contact: Scope, limit: int) -> tuple[Hit, ...]:
    """The first connections of a scope that fit, whole fits first; none for too little.

    Mobiles are looked up only where `contact` reaches too.
    """
    text = _plain(term)
    asked = _numbers(text) if any(letter.isdigit() for letter in text) else _names(text)
    if asked is None or scope.is_empty:
        return ()
    found: dict[int, str] = {}
    for connection_id, word in _looked_up(asked, scope, contact, limit * WORDS_A_NAME):
        found.setdefault(connection_id, word)
    whole = {begins for begins in asked.begins if begins[0] not in "do"}
    hits = (
        Hit(connection_id=connection_id, is_whole=word in whole)
        for connection_id, word in found.items()
    )
    return tuple(sorted(hits, key=lambda hit: not hit.is_whole)[:limit])


def _plain(term: str) -> str:
    """Without what is no letter, with the digits of Devanagari as others write them."""
    kept = unicodedata.normalize("NFC", term[:LONGEST_TERM]).replace("\0", "").strip()
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdigit() else letter for letter in kept
    )


def _numbers(text: str) -> Ranges | None:
    """A number by its beginning or its end; whole numbers come first."""
    number = _APART.sub("", text).upper()
    if len(number) < LEAST_NUMBER or not number.isascii() or not number.isalnum():
        return None
    begins = [f"{Kept.NUMBER}:{number}", f"{Kept.METER}:{number}"]
    if number.isdigit() and len(number) >= LEAST_OF_MOBILE:
        whole = _MOBILE.fullmatch(number)
        mobile = whole.group(1) if whole else number
        begins += [
            f"{Kept.MOBILE}:{mobile}",
            f"{Kept.NUMBER_FROM_END}:{number[::-1]}",
            f"{Kept.MOBILE_FROM_END}:{mobile[::-1]}",
        ]
    return Ranges(begins=tuple(begins))


def _names(text: str) -> Ranges | None:
    """Words of a name: the last as far as it is typed, the others whole."""
    keys = keys_of(text)
    if not keys:
        return None
    *before, last = keys
    if not before:
        return Ranges(begins=(f"{Kept.NAME}:{last}",))
    first, *others = sorted(before, key=len, reverse=True)
    return Ranges(
        begins=(f"{Kept.NAME}:{first} {last}",),
        also=tuple(f"{Kept.NAME}:{other} " for other in others),
    )


def _looked_up(
    asked: Ranges, scope: Scope, contact: Scope, limit: int
) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from (select from grid_reach where area_id = any(%s)"
            " limit %s) as place",
            [scope.areas, PLACES_ASKED_ONE_BY_ONE + 1],
        )
        is_small = cursor.fetchone()[0] <= PLACES_ASKED_ONE_BY_ONE
        cursor.execute(
            statement(
                "bijlighar.connections", "find_by_place" if is_small else "find_anywhere"
            ),
            {
                "from": list(asked.begins),
                "until": [f"{begins}{_LAST}" for begins in asked.begins],
                "of_contact": [begins[0] in "mo" for begins in asked.begins],
                "also_from": list(asked.also),
                "also_until": [f"{begins}{_LAST}" for begins in asked.also],
                "areas": scope.areas,
                "contact": contact.areas,
                "limit": limit,
            },
        )
        return [(row["connection_id"], row["word"]) for row in rows(cursor)]

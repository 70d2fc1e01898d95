"""The index by which connections are found: kept with them, looked up by beginnings.

A look-up is a range of words (`word >= 'n:rm' and word < 'n:rn'`): row-level security lets
an index answer that, which it would not do for LIKE. Each word begins with its kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from django.db import connection, transaction

from bijlighar.connections._names import phrases_of
from bijlighar.connections.models import SearchWord
from bijlighar.kernel.sql import statement
from bijlighar.people import service as people

CONNECTIONS_AT_ONCE = 5_000


class Kept(StrEnum):
    """What a word is; the letter that it begins with in the index."""

    NUMBER = "c"
    NUMBER_FROM_END = "d"
    MOBILE = "m"
    MOBILE_FROM_END = "o"
    METER = "s"
    NAME = "n"


def index(connection_ids: Sequence[int]) -> None:
    """Make the words of these connections anew, in the caller's transaction.

    The index says nothing that the tables do not say, so its rows may go; they are the
    only ones in the product that do, and the system itself does it.
    """
    with transaction.atomic(), people.as_the_system():
        for first in range(0, len(connection_ids), CONNECTIONS_AT_ONCE):
            _index(list(connection_ids[first : first + CONNECTIONS_AT_ONCE]))


def of_mobile(mobile: str, *, most: int = 1_000) -> list[int]:
    """The connections with this primary number (E.164), at most so many."""
    word = f"{Kept.MOBILE}:{re.sub(r'^[+](91)?', '', mobile)}"
    held = SearchWord.objects.filter(word=word).order_by("connection_id")
    return list(held.values_list("connection_id", flat=True)[:most])


def _index(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select held.id, consumer.name_en, consumer.name_hi"
            " from connections_connection as held"
            " join connections_consumer as consumer on consumer.id = held.consumer_id"
            " where held.id = any(%s) order by held.id for no key update of held",
            [ids],
        )
        named = [
            (connection_id, phrase)
            for connection_id, name_en, name_hi in cursor.fetchall()
            for phrase in sorted(phrases_of(name_en, name_hi))
        ]
        cursor.execute(
            "delete from connections_searchword where connection_id = any(%s)", [ids]
        )
        cursor.execute(
            statement("bijlighar.connections", "index_words"),
            {
                "ids": ids,
                "named": [connection_id for connection_id, _ in named],
                "phrases": [phrase for _, phrase in named],
            },
        )

"""What a search finds: connections, and pieces of the network by name or code."""

from __future__ import annotations

from datetime import date

from bijlighar.connections import service as connections
from bijlighar.dashboards import _areas
from bijlighar.dashboards._asking import all_of
from bijlighar.dashboards.values import (
    BothLanguages,
    Found,
    FoundConnection,
    Seen,
    SupplyShown,
)

MOST_FOUND = 20
MOST_PLACES = 5
LEAST_TERM = 2
NETWORK = ("substation", "feeder", "transformer")


def search(*, term: str, seen: Seen, day: date) -> Found:
    """The first finds in what somebody may see; nothing for too short a term."""
    wanted = term.replace("\0", "").strip()[:60]
    if len(wanted) < LEAST_TERM:
        return Found(connections=(), has_more=False, places=())
    hits = connections.find(
        term=wanted, scope=seen.scope, contact=seen.contact, limit=MOST_FOUND + 1
    )
    whole = {hit.connection_id: hit.is_whole for hit in hits}
    rows = all_of(
        "found",
        {
            "ids": list(whole)[:MOST_FOUND],
            "areas": seen.scope.areas,
            "contact": seen.contact.areas,
            "day": day,
        },
    )
    places = _areas.found(term=wanted, scope=seen.scope, day=day, kinds=NETWORK)
    return Found(
        connections=tuple(
            FoundConnection(
                connection_id=row["connection_id"],
                consumer_number=row["consumer_number"],
                name=BothLanguages(en=row["name_en"], hi=row["name_hi"]),
                mobile=shown_mobile(row["mobile"], is_whole=row["shows_contact"]),
                meter_serial=row["meter_serial"],
                shown=SupplyShown(row["state"]),
                place=BothLanguages(en=row["place_en"] or "", hi=row["place_hi"] or ""),
                is_whole=whole[row["connection_id"]],
            )
            for row in rows
        ),
        has_more=len(hits) > MOST_FOUND,
        places=places[:MOST_PLACES],
    )


def shown_mobile(mobile: str, *, is_whole: bool) -> str:
    """A mobile as it is read out; without the right to it, four of its digits."""
    code, number = (
        (mobile[:3], mobile[3:]) if mobile.startswith("+91") else ("+", mobile[1:])
    )
    if is_whole:
        middle = len(number) // 2
        return f"{code} {number[:middle]} {number[middle:]}".replace("+ ", "+")
    return f"{code} {number[:2]}{'•' * 6}{number[-2:]}".replace("+ ", "+")

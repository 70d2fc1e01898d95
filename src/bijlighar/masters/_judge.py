"""Staged rows beside what is known: the same look in the dry run and before taking in.

One statement a kind says for each row whether it is wrong, unchanged, or due with the id of
what it hangs on. It looks only into the areas of the import, so that what lies outside is
unknown, in the same words as what does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bijlighar.grid import service as grid
from bijlighar.grid.values import Profile
from bijlighar.kernel.sql import rows, statement
from bijlighar.masters import columns
from bijlighar.masters.models import Import
from bijlighar.masters.rules import LONGEST_SHOWN
from bijlighar.masters.values import Fault, ImportKind, Wrong

PACKAGE = "bijlighar.masters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be said of one staged row."""

    seq: int
    row: int
    values: Sequence[str | None]
    fault: Fault | None
    is_unchanged: bool
    target_id: int | None
    """The transformer of a connection, the connection of a meter, the discom of a node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discoms:
    """The discoms in which an import's areas lie."""

    profiles: Mapping[int, Profile]
    codes: Mapping[int, str]

    @property
    def only_code(self) -> str | None:
        """The code of the discom where there is but one."""
        return next(iter(self.codes.values())) if len(self.codes) == 1 else None


def discoms_of(area_ids: Sequence[int]) -> Discoms:
    """The discoms above these areas."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct discom.id, discom.code from grid_node as area"
            " join grid_node as discom on discom.id = coalesce(area.discom_id, area.id)"
            " where area.id = any(%s) order by 1",
            [list(area_ids)],
        )
        codes = dict(cursor.fetchall())
    profiles = {discom_id: grid.profile_of(discom_id=discom_id) for discom_id in codes}
    return Discoms(profiles=profiles, codes=codes)


def judged(held: Import, *, after: int, until: int) -> list[Verdict]:
    """What is to be said of the due rows in a stretch of the order of taking in."""
    kind = ImportKind(held.kind)
    discoms = discoms_of(held.area_ids)
    titles = title_of(held)
    with connection.cursor() as cursor:
        cursor.execute(
            statement(PACKAGE, f"judge_{kind.value}"),
            _told(held, discoms) | {"after": after, "until": until},
        )
        return [_verdict(row, titles) for row in rows(cursor)]


def following(held: Import, after: int, rows: int) -> int | None:
    """The last place of the next so many due rows; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(seq) from (select seq from masters_stagedrow where held_id = %s"
            " and outcome = 'due' and seq > %s order by seq limit %s) as next_rows",
            [held.pk, after, rows],
        )
        (until,) = cursor.fetchone()
    return None if until is None else int(until)


def title_of(held: Import) -> dict[str, str]:
    """The heading of each field that is mapped."""
    return {
        field: title for field, title in zip(held.fields, held.titles, strict=True) if field
    }


def twice(held: Import) -> None:
    """Keep a fault for every row whose number, code or address stands there twice."""
    kind = ImportKind(held.kind)
    places = {field.key: n for n, field in enumerate(columns.FIELDS[kind], start=1)}
    titles = title_of(held)
    for one, two in _KEYS[kind]:
        if one in titles:
            with connection.cursor() as cursor:
                cursor.execute(
                    statement(PACKAGE, "find_twice"),
                    {
                        "import": held.pk,
                        "one": places[one],
                        "two": places[two] if two else 0,
                        "title": titles[one],
                    },
                )


_KEYS: Mapping[ImportKind, tuple[tuple[str, str], ...]] = {
    ImportKind.GRID: (("code", "discom"),),
    ImportKind.CONNECTIONS: (("number", ""),),
    ImportKind.CONSUMERS: (("number", ""),),
    ImportKind.METERS: (("serial", ""), ("title", ""), ("host", "port"), ("number", "")),
}
"""What may stand in one row only: a field, or two together."""


def _told(held: Import, discoms: Discoms) -> dict[str, Any]:
    profiles = discoms.profiles
    return {
        "import": held.pk,
        "areas": list(held.area_ids),
        "discoms": list(profiles),
        "patterns": [one.number_pattern for one in profiles.values()],
        "pattern_words": [f"{one.number_en}|{one.number_hi}" for one in profiles.values()],
        "only_discom": discoms.only_code,
        "levels": [
            f"{discom_id} {level.value}"
            for discom_id, one in profiles.items()
            for level in one.levels
        ],
    }


def _verdict(row: Mapping[str, Any], titles: Mapping[str, str]) -> Verdict:
    fault = None
    if row["wrong"] is not None:
        fault = Fault(
            row=row["row"],
            column=titles.get(row["field"], ""),
            wrong=Wrong(row["wrong"]),
            value=(row["value"] or "")[:LONGEST_SHOWN],
            other=row["other"] or "",
        )
    return Verdict(
        seq=row["seq"],
        row=row["row"],
        values=row["values"],
        fault=fault,
        is_unchanged=row["is_unchanged"],
        target_id=row["target_id"],
    )

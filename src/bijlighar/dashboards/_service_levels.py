"""Service levels: counted once for each day and node, then shown by a look at few rows.

Source: requirements 1.1 (2.3.3.1-2: communication failures, meters silent for a window of
hours) and 1.3 (working targets); the settings are `levels.yaml`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from bijlighar.dashboards import _areas, level_rules
from bijlighar.dashboards._asking import all_of, chosen
from bijlighar.dashboards._level_values import (
    LevelDay,
    LevelFigures,
    LevelLine,
    Levels,
    SilentMeter,
)
from bijlighar.dashboards._page_values import Area
from bijlighar.dashboards.level_settings import LevelSettings, level_settings_in
from bijlighar.dashboards.models import ServiceLevel
from bijlighar.grid import service as grid
from bijlighar.grid.values import Kind
from bijlighar.kernel.ist import (
    ONE_DAY,
    day_ends,
    day_starts,
    days_between,
    instant_of,
    supply_day_of,
)
from bijlighar.kernel.sql import statement
from bijlighar.people.values import Scope

ROWS_AT_ONCE = 1_000
A_DAY = timedelta(hours=24)


def level_settings() -> LevelSettings:
    """The settings that this installation lives by. Raises LevelSettingsError."""
    return level_settings_in(settings.BIJLIGHAR["levels"])


def count_levels(*, now: datetime) -> tuple[date, ...]:
    """Count the days anew of which readings may have come since; answer which.

    Each day is one statement in a transaction of its own: the fleet set-wise.
    """
    known = level_settings()
    today = supply_day_of(now)
    days = tuple(days_between(today - timedelta(days=known.count_again_days), today))
    for day in days:
        _count_day(day, known, now)
    return days


def levels(
    *, scope: Scope, today: date, first: date, until: date, below: int | None = None
) -> Levels:
    """The areas' own tops, or what hangs directly below one node of them, over a period.

    `until` is the first day not in it. One that lies in no area of the scope is empty.
    """
    if below is not None and not grid.is_within(scope=scope, node_id=below):
        return _pictured((), {}, [])
    areas = (
        _areas.at_the_top(scope=scope, day=today)
        if below is None
        else _areas.below(node_id=below, scope=scope, day=today)
    )
    ids = [one.node_id for one in areas]
    discoms = {
        row["node_id"]: row["discom_id"] for row in chosen("level_discoms", {"ids": ids})
    }
    counted = chosen("levels", {"ids": ids, "first": first, "until": until})
    return _pictured(areas, discoms, counted)


def silent_meters(
    *, scope: Scope, since: datetime, limit: int, offset: int
) -> tuple[SilentMeter, ...]:
    """Meters of a scope that were not heard since an instant, the longest silent first."""
    ids = chosen(
        "silent_chosen",
        {"areas": scope.areas, "since": since, "limit": limit, "offset": offset},
    )
    rows = all_of("silent_meters", {"ids": [row["meter_id"] for row in ids]})
    return tuple(SilentMeter(**row) for row in rows)


def every_silent_meter(*, scope: Scope, since: datetime) -> Iterator[SilentMeter]:
    """All of them, read a thousand at a time, for a file."""
    offset = 0
    while part := silent_meters(
        scope=scope, since=since, limit=ROWS_AT_ONCE, offset=offset
    ):
        yield from part
        offset += ROWS_AT_ONCE


def _count_day(day: date, known: LevelSettings, now: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        ServiceLevel.objects.filter(day=day).delete()
        cursor.execute(
            statement("bijlighar.dashboards", "count_levels"),
            {
                "day": day,
                "on_time": instant_of(day + ONE_DAY, known.read_by),
                "in_a_day": day_ends(day) + A_DAY,
                "starts": day_starts(day),
                "ends": day_ends(day),
                "waited": now - A_DAY,
                "steps": list(level_rules.STEPS_S),
                "last_step": level_rules.STEPS,
                "now": now,
            },
        )


def _pictured(
    areas: Sequence[Area], discoms: Mapping[int, int], counted: list[dict[str, Any]]
) -> Levels:
    by_node: defaultdict[int, list[Mapping[str, Any]]] = defaultdict(list)
    by_day: defaultdict[date, list[Mapping[str, Any]]] = defaultdict(list)
    for row in counted:
        by_node[row["node_id"]].append(row)
        by_day[row["day"]].append(row)
    return Levels(
        lines=tuple(
            LevelLine(
                node_id=one.node_id,
                discom_id=discoms[one.node_id],
                kind=Kind(one.kind),
                code=one.code,
                name=one.name,
                has_more=one.has_more,
                figures=_figures(by_node[one.node_id]),
            )
            for one in areas
        ),
        together=_figures(counted),
        days=tuple(
            LevelDay(day=day, figures=_figures(rows)) for day, rows in by_day.items()
        ),
        counted_at=max((row["counted_at"] for row in counted), default=None),
    )


def _figures(rows: Iterable[Mapping[str, Any]]) -> LevelFigures:
    held = list(rows)
    return LevelFigures(
        meters=sum(row["meters"] for row in held),
        read_on_time=sum(row["read_on_time"] for row in held),
        read_in_a_day=sum(row["read_in_a_day"] for row in held),
        read_at_all=sum(row["read_at_all"] for row in held),
        blocks_in_a_day=sum(row["blocks_in_a_day"] for row in held),
        blocks_filled=sum(row["blocks_filled"] for row in held),
        command_steps=level_rules.together(
            row["command_steps"] for row in held if row["command_steps"]
        ),
        read_steps=level_rules.together(
            row["read_steps"] for row in held if row["read_steps"]
        ),
    )

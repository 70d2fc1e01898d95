"""The lines of a time line: daily readings of a month that follow each other are one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bijlighar.dashboards.values import TimelineItem, TimelineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: a thing that happened, or the readings of some days."""

    item: TimelineItem
    readings: tuple[TimelineItem, ...] = ()
    """The newest first; empty for whatever is no reading."""

    @property
    def oldest(self) -> TimelineItem:
        """The first of the readings."""
        return self.readings[-1]


def lines_of(items: Sequence[TimelineItem]) -> tuple[Line, ...]:
    """The lines of a page: its readings, month by month, stand where the newest stood."""
    lines: list[Line] = []
    months: dict[tuple[int, int], int] = {}
    for item in items:
        if item.kind is not TimelineKind.READING:
            lines.append(Line(item=item))
            continue
        assert item.day is not None
        month = (item.day.year, item.day.month)
        if month in months:
            held = lines[months[month]]
            lines[months[month]] = Line(item=held.item, readings=(*held.readings, item))
        else:
            months[month] = len(lines)
            lines.append(Line(item=item, readings=(item,)))
    return tuple(lines)

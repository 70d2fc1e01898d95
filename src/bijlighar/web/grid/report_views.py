"""The dated report: the offices of a level as they were, for one month or side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import BothLanguages, GridReport, OfficeFigures
from bijlighar.grid import service as grid
from bijlighar.grid.values import Kind
from bijlighar.kernel.energy import format_kwh
from bijlighar.people import service as people
from bijlighar.people.values import Change, Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.grid.asking import Levels, months_asked, months_to_choose, today

FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "month",
    "tree_of_day",
    "code",
    "name_en",
    "name_hi",
    "parent_code",
    "parent_name_en",
    "parent_name_hi",
    "connections",
    "substations",
    "feeders",
    "transformers",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The last line of a month."""

    connections: int
    substations: int
    feeders: int
    transformers: int
    energy_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """One office in several months; None where it did not exist."""

    code: str
    months: tuple[OfficeFigures | None, ...]


@staff(Right.SEE_GRID)
@require_safe
def report(request: DeskRequest) -> HttpResponse:
    """One month in full, or up to three side by side."""
    kinds, words = _levels(request)
    level = _level_asked(request, kinds)
    reports = _reports(request, level)
    return render(
        request,
        "grid/report.html",
        {
            "levels": [(kind, words[kind]) for kind in kinds],
            "level": level,
            "level_word": words.get(level),
            "reports": reports,
            "months": [one.first for one in reports],
            "chosen_months": [one.first for one in reports] + [None] * (3 - len(reports)),
            "months_to_choose": list(months_to_choose()),
            "together": _together(reports),
            "totals": [_totals(one) for one in reports],
            "is_empty": not any(one.offices for one in reports),
            "shows_energy": shows_energy(request),
            "may_export": request.viewer.may(Right.EXPORT),
            "query": request.GET.urlencode(),
        },
    )


@staff(Right.EXPORT)
@require_safe
def report_csv(request: DeskRequest) -> HttpResponse:
    """The same as a file: a line for every office and month."""
    kinds, _words = _levels(request)
    level = _level_asked(request, kinds)
    with_energy = shows_energy(request)
    held = io.StringIO()
    # Spreadsheets take a file without the mark for something else than UTF-8.
    held.write("\ufeff")
    writer = csv.writer(held)
    writer.writerow([*COLUMNS, *(["energy_kwh"] if with_energy else [])])
    reports = _reports(request, level)
    for one in reports:
        for office in one.offices:
            energy = [format_kwh(office.energy_wh)] if with_energy else []
            writer.writerow([*_cells(one, office), *energy])
    people.record(
        change=Change(
            action="masters.exported",
            object_kind="export",
            object_id="grid_report",
            place_id=min(request.reach.area_ids),
            after={
                "level": level.value,
                "months": [one.first.isoformat() for one in reports],
            },
        ),
        by=request.viewer,
        now=clock.now(),
    )
    response = HttpResponse(held.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"{level.value}-{reports[0].first:%Y-%m}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def shows_energy(request: DeskRequest) -> bool:
    """Whether the viewer may see readings wherever the page looks.

    The energy of a transformer with one home is that home's reading.
    """
    readings = request.viewer.scope(Right.SEE_READINGS)
    return all(grid.is_within(scope=readings, node_id=area) for area in request.reach.areas)


def _levels(request: DeskRequest) -> tuple[list[Kind], dict[Kind, BothLanguages]]:
    """The levels that lie in the viewer's areas, from the top down, in their words."""
    rows = dashboards.grid_outline(scope=request.reach, day=today(), today=today())
    levels, words = Levels(), dict[Kind, BothLanguages]()
    for discom_id in sorted({row.node.discom_id for row in rows}):
        tops = [row.node.kind for row in rows if row.node.discom_id == discom_id]
        for kind in levels.below(discom_id=discom_id, kinds=tops):
            words.setdefault(kind, levels.word(discom_id=discom_id, kind=kind))
    return [kind for kind in Kind if kind in words], words


def _level_asked(request: DeskRequest, kinds: Sequence[Kind]) -> Kind:
    """The level asked for; else divisions, or what comes first below them."""
    told = request.GET.get("level", "")
    if told in kinds:
        return Kind(told)
    usual = list(Kind)[list(Kind).index(Kind.DIVISION) :]
    return next((kind for kind in usual if kind in kinds), Kind.TRANSFORMER)


def _reports(request: DeskRequest, level: Kind) -> tuple[GridReport, ...]:
    return tuple(
        dashboards.grid_report(scope=request.reach, level=level, month=month, today=today())
        for month in months_asked(request)
    )


def _together(reports: Sequence[GridReport]) -> list[Together]:
    """Offices of several months side by side, in the order of the newest names."""
    by_office: dict[int | None, list[OfficeFigures | None]] = {}
    for place, one in reversed(list(enumerate(reports))):
        for office in one.offices:
            months = by_office.setdefault(office.node_id, [None] * len(reports))
            months[place] = office
    return [
        Together(code=next(one.code for one in months if one), months=tuple(months))
        for node_id, months in sorted(
            by_office.items(), key=lambda item: (item[0] is None, _order(item[1]))
        )
    ]


def _order(months: Sequence[OfficeFigures | None]) -> str:
    return next((one.name.en for one in reversed(months) if one), "")


def _totals(report: GridReport) -> Totals:
    offices = report.offices
    return Totals(
        connections=sum(one.connections for one in offices),
        substations=sum(one.substations for one in offices),
        feeders=sum(one.feeders for one in offices),
        transformers=sum(one.transformers for one in offices),
        energy_wh=sum(one.energy_wh for one in offices),
    )


def _cells(report: GridReport, office: OfficeFigures) -> list[object]:
    name = office.name if office.node_id else _nowhere()
    return [
        f"{report.first:%Y-%m}",
        report.day.isoformat(),
        _inert(office.code),
        _inert(name.en),
        _inert(name.hi),
        _inert(office.parent_code),
        _inert(office.parent.en),
        _inert(office.parent.hi),
        office.connections,
        office.substations,
        office.feeders,
        office.transformers,
    ]


def _nowhere() -> BothLanguages:
    told = _("below no office of this level")
    return BothLanguages(en=told, hi=told)


def _inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text

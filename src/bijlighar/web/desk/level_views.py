"""Service levels: how well meters are read and commands carried out, area by area."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import (
    BothLanguages,
    LevelDay,
    LevelFigures,
    LevelLine,
    Levels,
    SilentMeter,
)
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Right
from bijlighar.web import streaming
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.desk.listing import Listing, listing
from bijlighar.web.grid.asking import Levels as Words

PERIODS = (7, 30, 90)
WINDOWS = (6, 12, 24, 48, 72, 168)
HALF, MOST, ALL = 500, 950, 990
"""The quantiles that are told, in thousandths."""
BAR, GAP = 10, 3
COLUMNS = ("name", "meters", "on_time", "in_a_day", "blocks", "filled", "commands")
WHY_SILENT = {
    "no_connection": gettext_lazy("The meter cannot be reached on the network."),
    "no_answer": gettext_lazy("The meter does not answer."),
    "broke_off": gettext_lazy("The conversation breaks off."),
    "refused": gettext_lazy("The meter refuses: keys or settings do not fit."),
    "clock_wrong": gettext_lazy("The meter's clock is wrong."),
    "replayed": gettext_lazy("The meter's counter does not move forward."),
    "forged": gettext_lazy("What came was not signed with the meter's key."),
    "held_back": gettext_lazy("The meter sends too much and is held back."),
}
"""What the last failed attempt says to people."""

K = TypeVar("K")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure beside its target."""

    name: str
    permille: int | None
    target: int

    @property
    def is_missed(self) -> bool:
        """Whether the figure is below its target."""
        return self.permille is not None and self.permille < self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    """How quick something was, in the three quantiles."""

    name: str
    many: int
    half_s: int | None
    most_s: int | None
    all_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One area of the table."""

    line: LevelLine
    level: BothLanguages
    commands: Quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars of the days: those that reached the target, those that missed it."""

    width: int
    reached: str
    missed: str
    target_y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the way down."""

    name: BothLanguages
    page: str


@staff(Right.SEE_TODAY)
@require_safe
def levels(request: DeskRequest) -> HttpResponse:
    """Figures beside their targets, day by day, and by area; each area opens."""
    asked, below, days = _asked(request)
    shown = _levels(request, below, days)
    known = dashboards.level_settings()
    page = {
        "listing": asked,
        "figures": _figures(shown.together),
        "quick": [
            _quick(_("Relay commands"), shown.together, is_reads=False),
            _quick(_("Readings on demand"), shown.together, is_reads=True),
        ],
        "filled": shown.together.blocks_filled,
        "chart": _chart(shown.days, known.read_on_time_permille),
        "days": list(reversed(shown.days)),
        "rows": _rows(shown.lines, asked),
        "settings": known,
        "counted_at": shown.counted_at,
        "steps": _steps(request, below, days),
        "here": _name(below),
        "below": below,
        "period": days,
        "periods": PERIODS,
        "may_export": request.viewer.may(Right.EXPORT),
        "sees_connections": request.viewer.may(Right.SEE_CONNECTION),
    }
    return render(request, "desk/levels.html", page)


@staff(Right.EXPORT)
@require_safe
def levels_csv(request: DeskRequest) -> HttpResponse:
    """The same table as a file, audited."""
    asked, below, days = _asked(request)
    shown = _levels(request, below, days)
    columns = (
        _("Code"),
        _("Name"),
        _("Name in Hindi"),
        _("Days of meters"),
        _("Read by the hour"),
        _("Read within 24 hours"),
        _("Read at all"),
        _("Half-hours within 24 hours"),
        _("Half-hours filled later"),
        _("Relay commands"),
        _("Half of them within, seconds"),
        _("95 % within, seconds"),
        _("99 % within, seconds"),
    )
    rows = (_cells(row) for row in _rows(shown.lines, asked))
    return streaming.csv_of(request, columns, rows, name="service-levels")


@staff(Right.SEE_CONNECTION)
@require_safe
def silent(request: DeskRequest) -> HttpResponse:
    """Meters that were not heard for so many hours, the longest silent first."""
    asked = listing(request, columns=("heard",), first="heard", filters=("hours",))
    hours = _hours(request)
    found = dashboards.silent_meters(
        scope=request.reach,
        since=clock.now() - timedelta(hours=hours),
        limit=asked.limit,
        offset=asked.offset,
    )
    page = {
        "listing": asked,
        "rows": [(one, _why(one)) for one in found[: asked.rows_a_page]],
        "has_next": len(found) > asked.rows_a_page,
        "hours": hours,
        "windows": sorted({*WINDOWS, hours}),
        "may_export": request.viewer.may(Right.EXPORT),
    }
    return render(request, "desk/levels_silent.html", page)


@staff(Right.EXPORT)
@require_safe
def silent_csv(request: DeskRequest) -> HttpResponseBase:
    """All of them as a file, made while it is sent."""
    since = clock.now() - timedelta(hours=_hours(request))
    columns = (
        _("Meter"),
        _("Consumer number"),
        _("Transformer"),
        _("Last heard"),
        _("Last tried"),
        _("Why"),
    )
    words = {name: str(word) for name, word in WHY_SILENT.items()}
    scope = request.reach

    def read() -> Iterator[Sequence[object]]:
        for one in dashboards.every_silent_meter(scope=scope, since=since):
            yield (
                one.serial,
                one.consumer_number,
                one.transformer_code,
                one.last_heard_at,
                one.last_tried_at,
                words.get(one.last_outcome, ""),
            )

    streaming.audited(request, name="silent-meters", form="csv", rows=None)
    return streaming.csv_stream(request, columns, read, name="silent-meters")


def _asked(request: DeskRequest) -> tuple[Listing, int | None, int]:
    asked = listing(request, columns=COLUMNS, first="name", filters=("below", "days"))
    told = asked.filters["days"]
    days = int(told) if told in {str(one) for one in PERIODS} else PERIODS[0]
    return asked, _below(request), days


def _levels(request: DeskRequest, below: int | None, days: int) -> Levels:
    today = supply_day_of(clock.now())
    return dashboards.levels(
        scope=request.reach,
        today=today,
        first=today - timedelta(days=days),
        until=today,
        below=below,
    )


def _figures(together: LevelFigures) -> list[Figure]:
    known = dashboards.level_settings()
    by = {"clock": f"{known.read_by:%H:%M}"}
    return [
        Figure(
            name=_("Read by %(clock)s") % by,
            permille=together.on_time_permille,
            target=known.read_on_time_permille,
        ),
        Figure(
            name=_("Read within 24 hours"),
            permille=together.in_a_day_permille,
            target=known.read_in_a_day_permille,
        ),
        Figure(
            name=_("Half-hours within 24 hours"),
            permille=together.blocks_permille,
            target=known.blocks_in_a_day_permille,
        ),
    ]


def _quick(name: str, figures: LevelFigures, *, is_reads: bool) -> Quick:
    ask = figures.reads_within_s if is_reads else figures.commands_within_s
    return Quick(
        name=name,
        many=figures.reads if is_reads else figures.commands,
        half_s=ask(HALF),
        most_s=ask(MOST),
        all_s=ask(ALL),
    )


def _chart(days: Sequence[LevelDay], target: int) -> Chart:
    """Bars from 0 to 100 %; the drawing is 100 high and stretches to any width."""
    reached: list[str] = []
    missed: list[str] = []
    for number, one in enumerate(days):
        permille = one.figures.on_time_permille or 0
        top = 100 - permille // 10
        bar = f"M{number * (BAR + GAP)} 100V{top}h{BAR}V100z"
        (reached if permille >= target else missed).append(bar)
    return Chart(
        width=max(len(days) * (BAR + GAP) - GAP, 1),
        reached="".join(reached),
        missed="".join(missed),
        target_y=100 - target // 10,
    )


def _rows(lines: Sequence[LevelLine], asked: Listing) -> list[Row]:
    words = Words()
    rows = [
        Row(
            line=one,
            level=words.word(discom_id=one.discom_id, kind=one.kind),
            commands=_quick("", one.figures, is_reads=False),
        )
        for one in lines
    ]
    keys: dict[str, Callable[[Row], int]] = {
        "meters": lambda row: row.line.figures.meters,
        "on_time": lambda row: row.line.figures.on_time_permille or 0,
        "in_a_day": lambda row: row.line.figures.in_a_day_permille or 0,
        "blocks": lambda row: row.line.figures.blocks_permille or 0,
        "filled": lambda row: row.line.figures.blocks_filled,
        "commands": lambda row: row.line.figures.commands,
    }
    rows.sort(key=_by_name, reverse=asked.is_downwards and asked.column == "name")
    if asked.column in keys:
        rows.sort(key=keys[asked.column], reverse=asked.is_downwards)
    return rows


def _by_name(row: Row) -> str:
    name = row.line.name
    return name.en if get_language() == "en" else name.hi


def _cells(row: Row) -> tuple[object, ...]:
    figures, quick = row.line.figures, row.commands
    return (
        row.line.code,
        row.line.name.en,
        row.line.name.hi,
        figures.meters,
        figures.read_on_time,
        figures.read_in_a_day,
        figures.read_at_all,
        figures.blocks_in_a_day,
        figures.blocks_filled,
        quick.many,
        *("" if one is None else one for one in (quick.half_s, quick.most_s, quick.all_s)),
    )


def _why(one: SilentMeter) -> str:
    if one.is_behind_a_vendor:
        return _("The vendor's head-end delivers nothing of it.")
    if one.last_tried_at is None:
        return _("It was never asked.")
    return str(WHY_SILENT.get(one.last_outcome, _("Not known.")))


def _hours(request: HttpRequest) -> int:
    told = request.GET.get("hours", "")
    usual = dashboards.level_settings().silent_after_hours
    is_number = told.isascii() and told.isdecimal() and len(told) < 5
    return int(told) if is_number and 0 < int(told) <= WINDOWS[-1] * 13 else usual


def _below(request: DeskRequest) -> int | None:
    """The area that was opened; one of nobody's is as unknown as one that is none."""
    told = request.GET.get("below", "")
    if not told:
        return None
    is_number = told.isascii() and told.isdecimal() and len(told) < 19
    if not is_number or not grid.is_within(scope=request.reach, node_id=int(told)):
        raise Http404
    return int(told)


def _steps(request: DeskRequest, below: int | None, days: int) -> list[Step]:
    """The way down from the viewer's own areas."""
    if below is None:
        return []
    steps, is_within = [], False
    for node in grid.path_on(node_id=below, day=_today())[:-1]:
        is_within = is_within or node.node_id in request.reach.area_ids
        page = f"?below={node.node_id}&days={days}" if is_within else ""
        steps.append(Step(name=BothLanguages(en=node.name_en, hi=node.name_hi), page=page))
    return steps


def _name(below: int | None) -> BothLanguages | None:
    if below is None:
        return None
    node = grid.node_on(node_id=below, day=_today())
    return BothLanguages(en=node.name_en, hi=node.name_hi)


def _today() -> date:
    return supply_day_of(clock.now())

"""The tree as an outline that unfolds, of any day, and the page of one node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import BothLanguages, NodeFound, OutlineRow
from bijlighar.grid import service as grid
from bijlighar.grid.values import Fact, Node
from bijlighar.kernel.ist import ONE_DAY
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.grid.asking import Levels, address, day_asked, today
from bijlighar.web.grid.change_form import ChangeForm, empty_form

LONGEST_TERM = 60
MOST_FOUND = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the outline."""

    node: Node
    name: BothLanguages
    level: BothLanguages
    children: int
    connections: int
    page: str
    below: str
    """Where what hangs below it is fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the way from the top down to a node."""

    name: BothLanguages
    page: str
    """Empty where it lies above the viewer's areas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One fact of a node's history, laid out."""

    fact: Fact
    name: BothLanguages
    parent: BothLanguages


@staff(Right.SEE_GRID)
@require_safe
def outline(request: DeskRequest) -> HttpResponse:
    """The viewer's areas, folded up; what was searched for instead, where it was."""
    day, is_understood = day_asked(request)
    term = request.GET.get("term", "").replace("\0", "").strip()[:LONGEST_TERM]
    levels = Levels()
    found = _found(request, term, day) if term else ()
    rows = (
        () if term else dashboards.grid_outline(scope=request.reach, day=day, today=today())
    )
    return render(
        request,
        "grid/outline.html",
        {
            "day": day,
            "is_today": day == today(),
            "is_understood": is_understood,
            "term": term,
            "lines": _lines(rows, levels, day),
            "found": [
                (one, _level(one.node, levels), _page(one.node, day)) for one in found
            ][:MOST_FOUND],
            "has_more": len(found) > MOST_FOUND,
            "steps": _steps_above(request, rows, day),
        },
    )


@staff(Right.SEE_GRID)
@require_safe
def below(request: DeskRequest, node_id: int) -> HttpResponse:
    """What hangs directly below one node: the part of the outline that is unfolded."""
    day, _understood = day_asked(request)
    if not grid.was_within(scope=request.reach, node_id=node_id, day=day):
        raise Http404
    rows = dashboards.grid_outline(
        scope=request.reach, day=day, today=today(), below=node_id
    )
    return render(
        request, "grid/outline.html#lines", {"lines": _lines(rows, Levels(), day)}
    )


@staff(Right.SEE_GRID)
@require_safe
def node(request: DeskRequest, node_id: int) -> HttpResponse:
    """One node: what it is, what hangs below it, its history, and forms to propose."""
    return node_page(request, node_id, empty_form())


def node_page(
    request: DeskRequest, node_id: int, form: ChangeForm, *, status: int = 200
) -> HttpResponse:
    """The page of a node with a form as somebody filled it in."""
    day, is_understood = day_asked(request)
    day = _day_of(request, node_id, day)
    row = dashboards.grid_node(node_id=node_id, day=day, today=today())
    if row is None:
        raise Http404
    levels = Levels()
    path = grid.path_on(node_id=node_id, day=day)
    rows = dashboards.grid_outline(
        scope=request.reach, day=day, today=today(), below=node_id
    )
    return render(
        request,
        "grid/node.html",
        {
            "row": row,
            "level": _level(row.node, levels),
            "day": day,
            "is_today": day == today(),
            "is_understood": is_understood,
            "steps": _steps(path[:-1], request.reach.area_ids, day),
            "lines": _lines(rows, levels, day),
            "history": [
                HistoryLine(
                    fact=fact,
                    name=BothLanguages(en=fact.name_en, hi=fact.name_hi),
                    parent=BothLanguages(en=fact.parent_name_en, hi=fact.parent_name_hi),
                )
                for fact in reversed(grid.facts_of(node_id=node_id, scope=request.reach))
            ],
            "may_propose": _may_propose(request, node_id) and row.node.closed_on is None,
            "is_discom": row.node.parent_id is None,
            "form": form,
            "parents": _parents(request, path),
        },
        status=status,
    )


def _day_of(request: DeskRequest, node_id: int, day: date) -> date:
    """The day asked for, or the last one on which the node was open. Raises Http404."""
    scope = request.reach
    if grid.was_within(scope=scope, node_id=node_id, day=day):
        return day
    if not grid.is_within(scope=scope, node_id=node_id):
        raise Http404
    facts = grid.facts_of(node_id=node_id, scope=scope)
    last = facts[-1].until
    return today() if last is None else max(last - ONE_DAY, facts[0].from_day)


def _found(request: DeskRequest, term: str, day: date) -> tuple[NodeFound, ...]:
    return dashboards.grid_search(
        scope=request.reach, day=day, today=today(), text=term, limit=MOST_FOUND + 1
    )


def _lines(rows: Sequence[OutlineRow], levels: Levels, day: date) -> list[Line]:
    return [
        Line(
            node=row.node,
            name=row.name,
            level=_level(row.node, levels),
            children=row.children,
            connections=row.connections,
            page=_page(row.node, day),
            below=address("grid_below", day=day, node_id=row.node.node_id),
        )
        for row in rows
    ]


def _steps_above(request: DeskRequest, rows: Sequence[OutlineRow], day: date) -> list[Step]:
    """The way down to the viewer's area, where there is one alone."""
    if len(rows) != 1:
        return []
    path = grid.path_on(node_id=rows[0].node.node_id, day=day)
    return _steps(path[:-1], request.reach.area_ids, day)


def _steps(path: Sequence[Node], areas: frozenset[int], day: date) -> list[Step]:
    steps, is_within = [], False
    for node in path:
        is_within = is_within or node.node_id in areas
        name = BothLanguages(en=node.name_en, hi=node.name_hi)
        steps.append(Step(name=name, page=_page(node, day) if is_within else ""))
    return steps


def _parents(request: DeskRequest, path: Sequence[Node]) -> tuple[NodeFound, ...]:
    """What the node might hang below instead: its parent's like, for the form's list."""
    if len(path) < 2 or not request.viewer.may(Right.PROPOSE_GRID):
        return ()
    found = dashboards.grid_search(
        scope=request.viewer.scope(Right.PROPOSE_GRID),
        day=today(),
        today=today(),
        kinds=[path[-2].kind],
        limit=200,
    )
    return tuple(one for one in found if one.node.node_id != path[-2].node_id)


def _may_propose(request: DeskRequest, node_id: int) -> bool:
    scope = request.viewer.scope(Right.PROPOSE_GRID)
    return grid.is_within(scope=scope, node_id=node_id)


def _level(node: Node, levels: Levels) -> BothLanguages:
    return levels.word(discom_id=node.discom_id, kind=node.kind)


def _page(node: Node, day: date) -> str:
    return address("grid_node", day=day, node_id=node.node_id)

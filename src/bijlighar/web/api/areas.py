"""Who asks, and the tree of offices and network below where they may look."""

from __future__ import annotations

from datetime import date

from bijlighar.clock import clock
from bijlighar.grid import service as grid
from bijlighar.grid.values import Node
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest
from bijlighar.web.api import schemas
from bijlighar.web.api.cursors import USUAL_ROWS, Cursor, Limit, Page
from bijlighar.web.api.operation import reads
from bijlighar.web.api.words import Day, Number, NumberInPath


@reads("/me", right=None, answer=schemas.Me, tag="me")
def me(request: DeskRequest) -> schemas.Me:
    """Who asks, what they may do, and where."""
    viewer = request.viewer
    return schemas.Me.model_validate(
        {
            "kind": viewer.kind.value,
            "number": viewer.actor_id,
            "name": viewer.name,
            "roles": sorted(role.value for role in viewer.roles),
            "rights": {
                right.value: sorted(areas) for right, areas in sorted(viewer.rights.items())
            },
        }
    )


@reads("/areas", right=Right.SEE_GRID, answer=schemas.Areas, tag="areas")
def areas(
    request: DeskRequest,
    day: Day = None,
    below: Number = None,
    limit: Limit = USUAL_ROWS,
    cursor: Cursor = "",
) -> schemas.Areas:
    """The tree as it was on a day (today by default), below one area or all of yours."""
    on = day or supply_day_of(clock.now())
    roots = request.reach.areas
    if below is not None:
        _insist(request, below)
        roots = [below]
    page: Page[Node] = Page(cursor=cursor, limit=limit, of=("areas", on, roots))
    found = {
        branch.node.node_id: branch.node for branch in grid.tree_on(day=on, roots=roots)
    }
    after = [
        node for node_id, node in sorted(found.items()) if node_id > (page.number or 0)
    ]
    shown, following = page.cut(after[: page.ask_for], key=lambda node: node.node_id)
    return schemas.Areas(
        day=on, areas=[_area(node) for node in shown], next_cursor=following
    )


@reads("/areas/{area_id}", right=Right.SEE_GRID, answer=schemas.Area, tag="areas")
def area(request: DeskRequest, area_id: NumberInPath, day: Day = None) -> schemas.Area:
    """One office or piece of the network as it was on a day (today by default)."""
    _insist(request, area_id)
    on: date = day or supply_day_of(clock.now())
    return _area(grid.node_on(node_id=area_id, day=on))


def _insist(request: DeskRequest, area_id: int) -> None:
    if not grid.is_within(scope=request.reach, node_id=area_id):
        raise grid.UnknownNode(f"There is no area {area_id} that you may see.")


def _area(node: Node) -> schemas.Area:
    return schemas.Area(
        area_id=node.node_id,
        parent_id=node.parent_id,
        code=node.code,
        kind=node.kind.value,
        name=schemas.BothNames(en=node.name_en, hi=node.name_hi),
        opened_on=node.opened_on,
        closed_on=node.closed_on,
        latitude=node.location.latitude if node.location else None,
        longitude=node.location.longitude if node.location else None,
    )

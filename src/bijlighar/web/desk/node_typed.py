"""A node of the grid that somebody types by its code, within the area they work in."""

from __future__ import annotations

from bijlighar.clock import clock
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import supply_day_of
from bijlighar.web.access import DeskRequest


def node_of_code(request: DeskRequest, code: str) -> int | None:
    """The node with this code below the areas of the request; others may have it too."""
    discoms = {
        path[0].node_id
        for area in request.reach.areas
        if (path := grid.path_on(node_id=area, day=supply_day_of(clock.now())))
    }
    for discom_id in sorted(discoms):
        found = grid.ids_by_code(discom_id=discom_id, codes=[code])
        if code in found and grid.is_within(scope=request.reach, node_id=found[code]):
            return found[code]
    return None

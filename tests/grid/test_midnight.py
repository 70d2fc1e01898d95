"""Changes that were dated ahead hold from the midnight of their day."""

from __future__ import annotations

from bijlighar.clock import clock
from bijlighar.flow import later, tasks
from bijlighar.flow.schedule import SCHEDULE
from bijlighar.grid import models
from bijlighar.grid import service as grid
from bijlighar.grid.values import ChangeKind, GridChange
from bijlighar.kernel.ist import ONE_DAY, supply_day_of
from bijlighar.people.values import SYSTEM, Scope
from tests.cast import grid_of_cast


def test_the_schedule_spreads_a_new_days_tree_out(committed_db):
    ids = grid_of_cast()
    tomorrow = supply_day_of(clock.now()) + ONE_DAY
    move = GridChange(
        kind=ChangeKind.MOVE,
        node_id=ids["F2"],
        from_day=tomorrow,
        parent_id=ids["SS3"],
    )
    grid.change(change=move, by=SYSTEM, now=clock.now())
    models.NodeFact.objects.filter(from_day=tomorrow).update(from_day=tomorrow - ONE_DAY)
    assert later.REFRESH_REACH in {line.task for line in SCHEDULE}
    tasks.refresh_reach()
    west = Scope(area_ids=frozenset({ids["D2"]}))
    assert grid.is_within(scope=west, node_id=ids["T3"])

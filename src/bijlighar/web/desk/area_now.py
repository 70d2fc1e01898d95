"""The area that somebody works in just now, for the frame of every page."""

from __future__ import annotations

from django.http import HttpRequest

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import Area
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Scope
from bijlighar.web.access import AREA_KEY


def area_now(request: HttpRequest) -> Area | None:
    """The picked area, or the only one there is; None for all of somebody's areas."""
    scope: Scope | None = getattr(request, "reach", None)
    picked = request.session.get(AREA_KEY)
    if scope is None or scope.is_empty:
        return None
    node_id = int(picked) if picked else min(scope.area_ids)
    if not picked and len(scope.area_ids) > 1:
        return None
    today = supply_day_of(clock.now())
    return dashboards.area(node_id=node_id, scope=scope, day=today)

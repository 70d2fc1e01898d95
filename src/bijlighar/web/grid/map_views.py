"""The map: where the network stands, with a table of the same places below it.

The map needs no tiles: lines of latitude and longitude and a scale are drawn by the page.
Pictures of the ground are fetched only where the installation names a server of them.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import BothLanguages, NodeFound
from bijlighar.grid.values import Kind
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.desk.listing import listing
from bijlighar.web.grid.asking import Levels, address, day_asked, today

NETWORK = (Kind.SUBSTATION, Kind.FEEDER, Kind.TRANSFORMER)
MOST_PLACES = 20_000


@staff(Right.SEE_GRID)
@require_safe
def map_page(request: DeskRequest) -> HttpResponse:
    """The map and, for those without it, the table."""
    day, is_understood = day_asked(request)
    asked = listing(
        request, columns=("name",), first="name", filters=("day", "kind", "term")
    )
    kind = asked.filters["kind"]
    kinds = [Kind(kind)] if kind in NETWORK else list(NETWORK)
    found = dashboards.grid_search(
        scope=request.reach,
        day=day,
        today=today(),
        text=asked.filters["term"],
        kinds=kinds,
        placed=True,
        limit=asked.limit,
        offset=asked.offset,
    )
    levels = Levels()
    return render(
        request,
        "grid/map.html",
        {
            "listing": asked,
            "day": day,
            "is_today": day == today(),
            "is_understood": is_understood,
            "kind": kind,
            "kinds": [(one, _word(found, levels, one)) for one in NETWORK],
            "rows": [
                (
                    one,
                    levels.word(discom_id=one.node.discom_id, kind=one.node.kind),
                    address("grid_node", day=day, node_id=one.node.node_id),
                )
                for one in found[: asked.rows_a_page]
            ],
            "has_next": len(found) > asked.rows_a_page,
            "places": address("map_places", day=day),
            "tiles_url": settings.BIJLIGHAR["tiles_url"],
            "tiles_credit": settings.BIJLIGHAR["tiles_credit"],
        },
    )


@staff(Right.SEE_GRID)
@gzip_page
@require_safe
def places(request: DeskRequest) -> HttpResponse:
    """Every place of the scope for the map's script, with what each hangs below."""
    day, _understood = day_asked(request)
    found = dashboards.grid_search(
        scope=request.reach, day=day, today=today(), kinds=NETWORK, limit=MOST_PLACES
    )
    levels = Levels()
    return JsonResponse({"places": [_place(one, levels, day) for one in found]})


def _place(found: NodeFound, levels: Levels, day: date) -> dict[str, object]:
    node = found.node
    word = levels.word(discom_id=node.discom_id, kind=node.kind)
    location = node.location
    return {
        "id": node.node_id,
        "up": node.parent_id,
        "kind": node.kind.value,
        "level": _chosen(word),
        "code": node.code,
        "name": _chosen(found.name),
        "at": [str(location.latitude), str(location.longitude)] if location else None,
        "page": address("grid_node", day=day, node_id=node.node_id),
    }


def _word(found: tuple[NodeFound, ...], levels: Levels, kind: Kind) -> BothLanguages:
    """A level in the words of the discom that is shown first."""
    if not found:
        return BothLanguages(en=kind.value, hi=kind.value)
    return levels.word(discom_id=found[0].node.discom_id, kind=kind)


def _chosen(text: BothLanguages) -> str:
    return text.en if get_language() == "en" else text.hi

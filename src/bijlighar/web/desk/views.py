"""The desk: the whole town live, for the officer on duty."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.web.access import demo_only
from bijlighar.web.desk.arrange import Show, Sort, arrange, silent_homes
from bijlighar.web.desk.feed import feed_lines

E = TypeVar("E", bound=StrEnum)

SHOW_NAMES = {
    Show.ALL: _("All homes"),
    Show.LIT: _("Supply on"),
    Show.DARK: _("Supply off"),
    Show.SILENT: _("Meter silent"),
    Show.BELOW_ZERO: _("Balance below zero"),
}
SORT_NAMES = {
    Sort.NAME: _("By name"),
    Sort.BALANCE: _("Lowest balance first"),
    Sort.LAST_HEARD: _("Longest unheard first"),
    Sort.CHANGED: _("Latest change of supply first"),
}


@demo_only
@gzip_page
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    return render(request, "desk/desk.html", _shown(request))


@demo_only
@gzip_page
@require_safe
def desk_live(request: HttpRequest) -> HttpResponse:
    """Figures, homes, silent meters and the feed as they are now."""
    return render(request, "desk/desk.html#live", _shown(request))


def _shown(request: HttpRequest) -> dict[str, object]:
    show = _one_of(Show, request.GET.get("show"), Show.ALL)
    sort = _one_of(Sort, request.GET.get("sort"), Sort.NAME)
    search = request.GET.get("search", "")[:60]
    town = dashboards.town(now=clock.now())
    tiles = arrange(
        town.homes, show=show, sort=sort, search=search, language=get_language() or "hi"
    )
    return {
        "town": town,
        "tiles": tiles,
        "silent": silent_homes(town.homes),
        "feed": feed_lines(town.feed),
        "show": show,
        "sort": sort,
        "search": search,
        "show_names": SHOW_NAMES.items(),
        "sort_names": SORT_NAMES.items(),
    }


def _one_of(choices: type[E], asked: str | None, otherwise: E) -> E:
    """The choice that the address names; an unknown one is the usual one."""
    return choices(asked) if asked in set(choices) else otherwise

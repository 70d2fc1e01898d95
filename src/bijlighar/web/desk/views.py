"""Today: some areas live, for the officer on duty."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import HomesOrder, HomesShown, TownPicture
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.desk.costly import Costly
from bijlighar.web.desk.feed import feed_lines
from bijlighar.web.desk.listing import listing

E = TypeVar("E", bound=StrEnum)
C = TypeVar("C", bound=str)

NAME = "name"
SHOW_NAMES = {
    HomesShown.ALL: _("All homes"),
    HomesShown.LIT: _("Supply on"),
    HomesShown.DARK: _("Supply off"),
    HomesShown.SILENT: _("Meter silent"),
    HomesShown.BELOW_ZERO: _("Balance below zero"),
}
ORDER_NAMES = {
    HomesOrder.NUMBER.value: _("By consumer number"),
    NAME: _("By name"),
    HomesOrder.BALANCE.value: _("Lowest balance first"),
    HomesOrder.LAST_HEARD.value: _("Longest unheard first"),
    HomesOrder.CHANGED.value: _("Latest change of supply first"),
}
_PICTURES: Costly[TownPicture] = Costly()
_OF_MONEY = {HomesShown.BELOW_ZERO.value, HomesOrder.BALANCE.value}


@staff(Right.SEE_TODAY)
@gzip_page
@require_safe
def desk(request: DeskRequest) -> HttpResponse:
    """The whole page."""
    return render(request, "desk/desk.html", _shown(request))


@staff(Right.SEE_TODAY, asks_by_itself=True)
@gzip_page
@require_safe
def desk_live(request: DeskRequest) -> HttpResponse:
    """Figures, homes, silent meters and the feed as they are now."""
    return render(request, "desk/desk.html#live", _shown(request))


def _shown(request: DeskRequest) -> dict[str, object]:
    money = request.viewer.scope(Right.SEE_MONEY)
    asked = listing(
        request,
        columns=tuple(ORDER_NAMES),
        first=HomesOrder.NUMBER.value,
        filters=("show",),
        rows_a_page=dashboards.HOMES_A_PAGE,
    )
    show = _one_of(HomesShown, asked.filters["show"], HomesShown.ALL)
    order = _order(asked.column)
    town = _PICTURES.answer(
        question=(request.reach, money, show, order, asked.offset),
        ask=lambda: dashboards.town(
            scope=request.reach,
            money=money,
            now=clock.now(),
            shown=show,
            order=order,
            limit=asked.limit,
            offset=asked.offset,
        ),
    )
    return {
        "town": town,
        "tiles": town.homes[: dashboards.HOMES_A_PAGE],
        "has_next": len(town.homes) > dashboards.HOMES_A_PAGE,
        "silent": town.silent[: dashboards.SILENT_SHOWN],
        "more_silent": len(town.silent) > dashboards.SILENT_SHOWN,
        "feed": feed_lines(town.feed),
        "listing": asked,
        "show": show,
        "sort": asked.column,
        "sees_money": not money.is_empty,
        "sees_connections": request.viewer.may(Right.SEE_CONNECTION),
        "show_names": _offered(SHOW_NAMES, is_with_money=not money.is_empty),
        "sort_names": _offered(ORDER_NAMES, is_with_money=not money.is_empty),
    }


def _offered(names: Mapping[C, object], *, is_with_money: bool) -> list[tuple[C, object]]:
    """The choices of a reader; those of money only where money is seen."""
    return [
        (value, name)
        for value, name in names.items()
        if is_with_money or value not in _OF_MONEY
    ]


def _order(column: str) -> HomesOrder:
    """The order that a column stands for; by name means by that of the page's language."""
    if column == NAME:
        return HomesOrder.NAME_EN if get_language() == "en" else HomesOrder.NAME_HI
    return HomesOrder(column)


def _one_of(choices: type[E], asked: str | None, otherwise: E) -> E:
    """The choice that the address names; an unknown one is the usual one."""
    return choices(asked) if asked in set(choices) else otherwise

"""The list of connections: filtered, sorted, paged, kept as views, and as a file."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.dashboards import service as dashboards
from bijlighar.dashboards.values import (
    Area,
    ConnectionFilter,
    ConnectionRow,
    SupplyShown,
)
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import supply_day_of
from bijlighar.people.values import Right, Scope
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.desk.listing import Listing, listing
from bijlighar.web.desk.saved_views import views_shown
from bijlighar.web.streaming import audited, csv_stream
from bijlighar.web.templatetags.bijli import chosen

NAME = "name"
COLUMNS = ("number", NAME, "balance", "heard", "since")
FILTERS = ("state", "below_zero", "silent", "category", "mode", "area")
STATES = {
    SupplyShown.ON.value: gettext_lazy("Supply on"),
    SupplyShown.OFF.value: gettext_lazy("Supply off"),
    SupplyShown.DISCONNECTING.value: gettext_lazy("Being switched off"),
    SupplyShown.RECONNECTING.value: gettext_lazy("Being switched on"),
    SupplyShown.UNKNOWN.value: gettext_lazy("Not watched"),
}
MODES = {"prepaid": gettext_lazy("Prepaid"), "postpaid": gettext_lazy("Postpaid")}


@staff(Right.SEE_CONNECTION)
@require_safe
def connections(request: DeskRequest) -> HttpResponseBase:
    """The whole page, or the whole list as a file."""
    asked = listing(request, columns=COLUMNS, first="number", filters=FILTERS)
    scope, area = _scope(request, asked)
    money = request.viewer.scope(Right.SEE_MONEY)
    wanted = _wanted(asked, sees_money=not money.is_empty)
    sort = _sort(asked)
    now = clock.now()
    if request.GET.get("form") == "csv":
        audited(request, name="connections", form="csv", rows=None)
        return csv_stream(
            request,
            _headings(sees_money=not money.is_empty),
            lambda: _cells(
                dashboards.every_connection_listed(
                    scope=scope, money=money, wanted=wanted, sort=sort, now=now
                ),
                sees_money=not money.is_empty,
            ),
            name="connections",
        )
    rows = dashboards.connections_listed(
        scope=scope,
        money=money,
        wanted=wanted,
        sort=sort,
        now=now,
        limit=asked.limit,
        offset=asked.offset,
    )
    shown = {
        "listing": asked,
        "rows": rows[: asked.rows_a_page],
        "has_next": len(rows) > asked.rows_a_page,
        "area": area,
        "states": STATES.items(),
        "modes": MODES.items(),
        "sees_money": not money.is_empty,
        "sees_contact": request.viewer.may(Right.SEE_CONTACT),
        "may_export": request.viewer.may(Right.EXPORT),
        **views_shown(request, page="connections"),
    }
    return render(request, "desk/connections.html", shown)


def _scope(request: DeskRequest, asked: Listing) -> tuple[Scope, Area | None]:
    """The area that the address names, where it lies in the scope; else the scope."""
    named = asked.filters["area"]
    if not named:
        return request.reach, None
    if not named.isdigit() or len(named) > 18:
        raise Http404
    node_id = int(named)
    if not grid.is_within(scope=request.reach, node_id=node_id):
        raise Http404
    area = dashboards.area(
        node_id=node_id, scope=request.reach, day=supply_day_of(clock.now())
    )
    return Scope(area_ids=frozenset({node_id})), area


def _wanted(asked: Listing, *, sees_money: bool) -> ConnectionFilter:
    state, mode = asked.filters["state"], asked.filters["mode"]
    return ConnectionFilter(
        state=state if state in STATES else "",
        mode=mode if mode in MODES else "",
        category=asked.filters["category"],
        is_below_zero=sees_money and asked.filters["below_zero"] == "1",
        is_silent=asked.filters["silent"] == "1",
    )


def _sort(asked: Listing) -> str:
    if asked.column != NAME:
        return asked.sort
    return asked.sort.replace(NAME, "name_en" if get_language() == "en" else "name_hi")


def _headings(*, sees_money: bool) -> list[str]:
    return [
        _("Consumer number"),
        _("Name"),
        _("Transformer"),
        _("Category"),
        _("Payment"),
        _("Supply"),
        *([_("Balance in rupees")] if sees_money else []),
        _("Last heard"),
    ]


def _cells(rows: Iterator[ConnectionRow], *, sees_money: bool) -> Iterator[list[object]]:
    for row in rows:
        balance = "" if row.balance_paise is None else _decimal(row.balance_paise)
        yield [
            row.consumer_number,
            chosen(row.name),
            chosen(row.place),
            row.category,
            row.payment_mode,
            row.shown.value,
            *([balance] if sees_money else []),
            row.last_heard_at.isoformat(timespec="minutes") if row.last_heard_at else "",
        ]


def _decimal(paise: int) -> str:
    """Rupees as a spreadsheet reads them: no grouping, a plain minus."""
    rupees, rest = divmod(abs(paise), 100)
    return f"{'-' if paise < 0 else ''}{rupees}.{rest:02d}"

"""Exports: every table an office needs, as CSV or Excel, from the areas it is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import cast

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bijlighar.clock import clock
from bijlighar.kernel.ist import month_starts, supply_day_of
from bijlighar.masters import service as masters
from bijlighar.masters.values import Areas, Export
from bijlighar.people.values import Right, Scope
from bijlighar.web import streaming
from bijlighar.web.access import DeskRequest, staff

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
NAMES = {
    "connections": _("Connections with consumer, meter, balance and supply"),
    "meters": _("Meters and where they hang"),
    "grid": _("Grid"),
    "registers": _("Daily registers"),
    "charges": _("Charges by day"),
    "receipts": _("Receipts"),
    "supply-changes": _("Changes of supply"),
    "notices": _("Notices to consumers"),
    "staff": _("Staff and their roles"),
    "proposals": _("Proposals and decisions"),
}


@staff(Right.EXPORT)
@require_safe
def exports(request: DeskRequest) -> HttpResponse:
    """The tables that the reader may take out."""
    may = [one for one in masters.EXPORTS.values() if request.viewer.may(one.right)]
    this_month = month_starts(supply_day_of(clock.now()))
    return render(
        request,
        "masters/exports.html",
        {
            "tables": [(one, NAMES[one.name]) for one in may],
            "month": f"{this_month:%Y-%m}",
            "shows_contact": request.viewer.may(Right.SEE_CONTACT),
            "shows_money": request.viewer.may(Right.SEE_MONEY),
        },
    )


@staff(Right.EXPORT)
@require_safe
def export(request: DeskRequest, name: str, form: str) -> HttpResponse:
    """One table as a file, made while it is sent; the audit trail knows of it first."""
    wanted = masters.EXPORTS.get(name)
    if wanted is None or not request.viewer.may(wanted.right):
        raise Http404
    month = _month(request, wanted)
    areas = _areas(request, wanted)
    many = masters.count_rows(export=wanted, areas=areas, month=month)
    streaming.audited(request, name=name, form=form, rows=many)
    file_name = f"{name}-{month:%Y-%m}" if month else name

    def read() -> Iterator[Sequence[object]]:
        return masters.rows_of(export=wanted, areas=areas, month=month)

    place = 0 if get_language() == "en" else 1
    columns = [titles[place] for titles in wanted.titles]
    send = streaming.xlsx_stream if form == "xlsx" else streaming.csv_stream
    return cast(HttpResponse, send(request, columns, read, name=file_name))


def _month(request: DeskRequest, wanted: Export) -> date | None:
    if not wanted.is_monthly:
        return None
    found = _MONTH.fullmatch(request.GET.get("month", ""))
    if found is None:
        raise Http404
    return date(int(found.group(1)), int(found.group(2)), 1)


def _areas(request: DeskRequest, wanted: Export) -> Areas:
    def ids(scope: Scope) -> tuple[int, ...]:
        return tuple(scope.areas)

    viewer = request.viewer
    return Areas(
        exported=ids(request.reach),
        seen=ids(viewer.scope(wanted.right)),
        contact=ids(viewer.scope(Right.SEE_CONTACT)),
        money=ids(viewer.scope(Right.SEE_MONEY)),
    )

"""Every registered text, for staff to check against the operators' register."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bijlighar.notices import service as notices
from bijlighar.people.values import Right
from bijlighar.web.access import DeskRequest, staff
from bijlighar.web.notices import words


@staff(Right.SEE_CONNECTION)
@require_safe
def texts(request: DeskRequest) -> HttpResponse:
    """Both languages of each kind under its name."""
    by_kind: dict[str, list[object]] = {}
    for one in notices.catalogue_texts():
        by_kind.setdefault(one.kind.value, []).append(one)
    shown = [(words.named(words.KINDS, kind), held) for kind, held in by_kind.items()]
    return render(request, "notices/catalogue.html", {"kinds": shown})

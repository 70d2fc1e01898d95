"""The pretend phones: every message the town's people were sent, as they see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bijlighar.connections import service as connections
from bijlighar.connections.values import Home
from bijlighar.dashboards.values import BothLanguages
from bijlighar.notices import service as notices
from bijlighar.notices.values import SentNotice
from bijlighar.web.access import demo_only

MOST_NOTICES = 120
MOST_OF_A_PHONE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One consumer's phone and the newest messages on it, newest first."""

    consumer_number: str
    name: BothLanguages
    mobile: str
    notices: tuple[SentNotice, ...]


@demo_only
@gzip_page
@require_safe
def phones(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    return render(request, "demo/phones.html", _shown(request))


@demo_only
@gzip_page
@require_safe
def phones_live(request: HttpRequest) -> HttpResponse:
    """The phones as they are now."""
    return render(request, "demo/phones.html#live", _shown(request))


def by_phone(
    held: Iterable[SentNotice], *, homes: Iterable[Home], most: int
) -> tuple[Phone, ...]:
    """Notices, newest first, sorted into phones; the phone that buzzed last comes first."""
    owners = {home.connection_id: home for home in homes}
    of_each: dict[int, list[SentNotice]] = {}
    for notice in held:
        of_each.setdefault(notice.connection_id, []).append(notice)
    return tuple(
        Phone(
            consumer_number=owners[connection_id].consumer_number,
            name=_name(owners[connection_id]),
            mobile=of_one[0].mobile,
            notices=tuple(of_one[:most]),
        )
        for connection_id, of_one in of_each.items()
    )


def _shown(request: HttpRequest) -> dict[str, object]:
    homes = connections.homes()
    asked = request.GET.get("home", "")
    only = next((home for home in homes if home.consumer_number == asked), None)
    held = notices.recent(
        limit=MOST_NOTICES, connection_id=only.connection_id if only else None
    )
    most = MOST_NOTICES if only else MOST_OF_A_PHONE
    return {
        "phones": by_phone(held, homes=homes, most=most),
        "owners": [(home.consumer_number, _name(home)) for home in homes],
        "only": only.consumer_number if only else "",
    }


def _name(home: Home) -> BothLanguages:
    return BothLanguages(en=home.name_en, hi=home.name_hi)

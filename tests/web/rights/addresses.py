"""Every address of the product, from the URL configuration itself, with its doors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bijlighar.notices.models import Notice
from bijlighar.outages.models import Outage
from bijlighar.web.access import Door
from tests.web.rights.world import Seeded

Values = Mapping[str, Callable[[Seeded], object]]

WITHOUT_DOOR: Mapping[str, str] = {}
"""Addresses of third parties' views, by name, each with the reason why it has no door."""


def _first(table: type[Model], **of: int) -> int:
    """The id of a place's first row of a table."""
    return table.objects.filter(**of).order_by("pk").values_list("pk", flat=True)[0]  # type: ignore[attr-defined]


PARAMETERS: Values = {
    "area_id": lambda held: held.area_id,
    "bill_number": lambda held: held.bill_number,
    "channel": lambda held: "sms_http",
    "client_id": lambda held: held.client_id,
    "client_key": lambda held: held.client_id,
    "complaint_number": lambda held: held.complaint_number,
    "connection_id": lambda held: held.home.connection_id,
    "consumer_number": lambda held: held.home.consumer_number,
    "day": lambda held: date(2026, 4, 3),
    "digest": lambda held: "nothing",
    "factor_id": lambda held: 1,
    "file": lambda held: "days",
    "form": lambda held: "csv",
    "gateway": lambda held: "pretend",
    "grant_id": lambda held: held.grant_id,
    "import_id": lambda held: held.import_id,
    "incident_id": lambda held: held.incident_id,
    "kind": lambda held: "consumers",
    "language": lambda held: "hi",
    "media_id": lambda held: held.media_id,
    "membership_id": lambda held: 1,
    "month": lambda held: "2026-04",
    "name": lambda held: "desk.css",
    "node_id": lambda held: held.node_id,
    "notice_id": lambda held: _first(Notice, connection_id=held.home.connection_id),
    "number": lambda held: held.client_number,
    "order_id": lambda held: held.order_id,
    "outage_id": lambda held: _first(Outage, node_id=held.home.transformer_id),
    "page": lambda held: 1,
    "paper": lambda held: "pan",
    "paper_id": lambda held: held.paper_id,
    "passkey_id": lambda held: 1,
    "proposal_id": lambda held: held.proposal_id,
    "rest": lambda held: "nothing",
    "seq": lambda held: held.seq,
    "sign_in_id": lambda held: 1,
    "staff_id": lambda held: held.staff_id,
    "step": lambda held: 1,
    "table": lambda held: "connections",
    "use_month": lambda held: date(2026, 4, 1),
    "view_id": lambda held: held.view_id,
    "year": lambda held: 2026,
}
"""What fills each parameter of an address: the object of a place."""

OVERRIDES: Mapping[str, Values] = {
    "account_factor_remove": {"kind": lambda held: "totp"},
    "export_csv": {"name": lambda held: "connections"},
    "export_xlsx": {"name": lambda held: "connections"},
}
"""The same for one address alone, where a parameter means something else there."""

QUERIES: Mapping[str, tuple[str, ...]] = {
    "search": ("?q={digits}", "?q={number}"),
    "search_found": ("?q={digits}", "?q={number}", "?q={serial}"),
    "connections": ("?q={digits}",),
    "areas": ("?q=XB", "?q=XA"),
    "audit": ("?object={node}&kind=node",),
    "grid_report": ("?area={area}", "?on=2026-04-10"),
    "map_places": ("?area={area}",),
    "levels": ("?below={area}", "?below={node}"),
    "levels_csv": ("?below={area}",),
    "kyc_progress": ("?below={area}", "?below={node}"),
    "kyc_progress_csv": ("?below={area}",),
    "exports": ("?area={area}",),
    "staff_list": ("?area={area}",),
}
"""Questions in addresses that name a place's objects."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One pattern of the URL configuration."""

    name: str
    route: str
    parameters: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def doors(self) -> Mapping[str, Door]:
        """The door by method; the same one for every method but of the API."""
        held = getattr(self.view, "doors", None)
        if held is not None:
            return held
        door = getattr(self.view, "door", None)
        return {} if door is None else dict.fromkeys(METHODS, door)

    @property
    def is_for_people(self) -> bool:
        """Whether somebody of staff or a machine of theirs is meant."""
        return any(door.audience in ("staff", "api") for door in self.doors.values())

    def at(self, held: Seeded) -> str:
        """The address of an object of a place."""
        known = {**PARAMETERS, **OVERRIDES.get(self.name, {})}
        return reverse(
            self.name, kwargs={name: known[name](held) for name in self.parameters}
        )

    def asked(self, held: Seeded) -> Iterator[str]:
        """The same with every question that names the place's objects."""
        address = self.at(held)
        yield address
        for query in QUERIES.get(self.name, ()):
            yield address + query.format(
                digits=f"98765{held.place.number}7{held.place.number}7{held.place.number}",
                number=held.home.consumer_number,
                serial=held.place.word.upper(),
                node=held.node_id,
                area=held.area_id,
            )


def addresses() -> tuple[Address, ...]:
    """Every pattern, in the order of the URL configuration."""
    return tuple(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            assert not pattern.namespace, f"{route}: namespaces are not walked"
            yield from _walk(pattern.url_patterns, route)
        else:
            yield Address(
                name=pattern.name or route,
                route=route,
                parameters=tuple(pattern.pattern.converters),
                view=pattern.callback,
            )

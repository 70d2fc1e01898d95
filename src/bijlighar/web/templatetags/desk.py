"""The desk's frame and tables: tags for its templates."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel.dates import format_date
from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bijlighar.dashboards.values import ConnectionHead, TimelineItem
from bijlighar.kernel.money import group_lakh
from bijlighar.people.values import Right, Viewer
from bijlighar.web.desk.area_now import area_now
from bijlighar.web.desk.listing import Listing
from bijlighar.web.desk.meter_events import Noted, noted
from bijlighar.web.desk.navigation import SECTIONS, address, places_for

register = template.Library()


@register.inclusion_tag("desk/navigation.html", takes_context=True)
def desk_navigation(context: dict[str, Any]) -> dict[str, object]:
    """The pages that whoever is signed in may open."""
    request = context["request"]
    viewer = getattr(request, "viewer", None)
    match = request.resolver_match
    here = match.url_name if match else ""
    return {
        "places": places_for(viewer) if viewer else (),
        "here": here,
        "section": SECTIONS.get(here, ""),
    }


@register.inclusion_tag("desk/bar.html", takes_context=True)
def desk_bar(context: dict[str, Any]) -> dict[str, object]:
    """Search, the area one works in, and who is signed in."""
    request = context["request"]
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        return {"viewer": None}
    return {
        "viewer": viewer,
        "term": context.get("term", ""),
        "may_search": viewer.may(Right.SEE_CONNECTION),
        "area": area_now(request),
        "path": request.get_full_path(),
        "language": get_language(),
        "account": address("account"),
        "sign_out": address("sign_out"),
        "csrf_token": context.get("csrf_token"),
        "request": request,
    }


@register.filter
def lakh(number: int) -> str:
    """A count as India groups it: `12,34,567`."""
    return group_lakh(str(number))


@register.simple_tag
def sort_address(listing: Listing, column: str) -> str:
    """Where a click on a column's head leads."""
    return listing.sort_address(column)


@register.simple_tag
def column_order(listing: Listing, column: str) -> str:
    """The value of `aria-sort`."""
    return listing.aria_sort(column)


@register.simple_tag
def page_address(listing: Listing, step: int) -> str:
    """The page before or after this one."""
    return listing.address(page=listing.page + step)


@register.filter
def day_written(day: date) -> str:
    """`3 April 2026`, in the language of the page."""
    return format_date(day, "d MMMM y", locale=get_language() or "hi")


@register.filter
def place_words(item: TimelineItem) -> str:
    """The place of a time line's item, in the language of the page."""
    return item.text if get_language() == "en" else item.text_hi


@register.simple_tag
def supply_event(item: TimelineItem) -> str:
    """What changed a supply, in a sentence."""
    return str(_SUPPLY_EVENTS.get(item.what, item.what))


@register.simple_tag
def meter_event(item: TimelineItem) -> Noted:
    """What a meter noted, in a sentence."""
    assert item.number is not None, "an event of a meter has its code"
    return noted(item.number)


@register.simple_tag
def command_state(item: TimelineItem) -> str:
    """How far an order to a meter got."""
    return str(_COMMAND_STATES.get(item.state, item.state))


@register.simple_tag
def proposal_state(item: TimelineItem) -> str:
    """What became of a proposal."""
    return str(_PROPOSAL_STATES.get(item.state, item.state))


@register.simple_tag
def proposal_address(item: TimelineItem) -> str:
    """Where a proposal is shown; its number stands where others have their Hindi."""
    try:
        return reverse("proposal", args=[item.text_hi])
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def page_links(context: dict[str, Any], head: ConnectionHead) -> list[dict[str, object]]:
    """What else may be done about a connection, by whoever may do it."""
    viewer: Viewer = context["request"].viewer
    links: list[dict[str, object]] = []
    for name, right, title in _ABOUT_A_CONNECTION:
        over = {head.place.node_id, *(up.node_id for up in head.place.above)}
        if viewer.scope(right).area_ids.isdisjoint(over):
            continue
        try:
            leads_to = reverse(name, args=[head.consumer_number])
        except NoReverseMatch:
            continue
        links.append({"address": leads_to, "title": title})
    return links


_ABOUT_A_CONNECTION = (
    ("propose_protection", Right.PROPOSE_PROTECTION, _("Propose a protection")),
)
_SUPPLY_EVENTS = {
    "disconnection asked": _("Ordered to switch off"),
    "disconnection cancelled": _("The order to switch off was taken back"),
    "reconnection asked": _("Ordered to switch on"),
    "relay read back open": _("The relay is open: supply off"),
    "relay read back closed": _("The relay is closed: supply on"),
}
_COMMAND_STATES = {
    "queued": _("waiting"),
    "sending": _("being sent"),
    "confirmed": _("confirmed by the meter"),
    "failed": _("given up"),
    "cancelled": _("taken back"),
}
_PROPOSAL_STATES = {
    "open": _("waits for a second person"),
    "approved": _("approved"),
    "refused": _("refused"),
    "withdrawn": _("taken back by who made it"),
    "expired": _("not decided in time"),
    "void": _("void: the facts changed"),
}

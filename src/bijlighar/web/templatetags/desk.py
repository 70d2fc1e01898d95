"""The desk's frame and tables: tags for its templates."""

from __future__ import annotations

from typing import Any

from django import template

from bijlighar.web.desk.listing import Listing
from bijlighar.web.desk.navigation import places_for

register = template.Library()


@register.inclusion_tag("desk/navigation.html", takes_context=True)
def desk_navigation(context: dict[str, Any]) -> dict[str, object]:
    """The pages that whoever is signed in may open."""
    request = context["request"]
    viewer = getattr(request, "viewer", None)
    match = request.resolver_match
    return {
        "places": places_for(viewer) if viewer else (),
        "here": match.url_name if match else "",
    }


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

"""Where somebody may go: the desk's pages, each with the right that opens it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bijlighar.people.values import Right, Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry of the navigation."""

    name: str
    title: Promise | str
    right: Right
    address: str = ""


_PLACES = (
    Place(name="desk", title=_("Today"), right=Right.SEE_TODAY),
    Place(name="connections", title=_("Connections"), right=Right.SEE_CONNECTION),
    Place(name="help_desk", title=_("Help desk"), right=Right.HANDLE_COMPLAINTS),
    Place(name="grid", title=_("Grid"), right=Right.SEE_GRID),
    Place(name="map", title=_("Map"), right=Right.SEE_GRID),
    Place(name="outages", title=_("Outages"), right=Right.SEE_GRID),
    Place(name="notices", title=_("Messages"), right=Right.SEE_CONNECTION),
    Place(name="levels", title=_("Service levels"), right=Right.SEE_TODAY),
    Place(name="kyc_progress", title=_("KYC"), right=Right.SEE_TODAY),
    Place(name="proposals", title=_("Proposals"), right=Right.SEE_PROPOSALS),
    Place(name="imports", title=_("Imports"), right=Right.IMPORT),
    Place(name="exports", title=_("Exports"), right=Right.EXPORT),
    Place(name="staff_list", title=_("Staff"), right=Right.SEE_STAFF),
    Place(name="clients", title=_("Machine clients"), right=Right.MANAGE_CLIENTS),
    Place(name="audit", title=_("Audit trail"), right=Right.SEE_AUDIT),
)

SECTIONS = {
    "help_connection": "help_desk",
    "help_place": "help_desk",
    "help_complaints": "help_desk",
    "help_complaint": "help_desk",
    "connection": "connections",
    "search": "connections",
    "shared_numbers": "connections",
    "grid_node": "grid",
    "outage": "outages",
    "outage_new": "outages",
    "notice": "notices",
    "silent_meters": "levels",
    "relays": "levels",
    "kyc_waiting": "kyc_progress",
    "kyc_check": "kyc_progress",
}
"""Under which entry of the navigation a page without one belongs."""


def places_for(viewer: Viewer) -> tuple[Place, ...]:
    """The pages that somebody may open, in the order of the navigation."""
    return tuple(
        Place(name=one.name, title=one.title, right=one.right, address=leads_to)
        for one in _PLACES
        if viewer.may(one.right) and (leads_to := address(one.name))
    )


def address(name: str) -> str:
    """The address of a page by its name; empty where there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""

"""The one table of what may be proposed.

A new kind is one more line here: see docs/how-to/add-a-proposal-kind.md.
"""

from __future__ import annotations

from bijlighar.flow import change_grid, protect_connection, recover_staff
from bijlighar.flow.proposal_kind import Kind
from bijlighar.people.values import Right, Viewer
from bijlighar.proposals.values import Decider

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (*protect_connection.KINDS, change_grid.KIND, recover_staff.KIND)
}


def decider(viewer: Viewer) -> Decider:
    """Where somebody may approve what, for the list of proposals."""
    return Decider(
        staff_id=viewer.actor_id,
        areas_by_kind={
            kind.name: viewer.scope(kind.approving).area_ids for kind in KINDS.values()
        },
    )


def approving_rights() -> frozenset[Right]:
    """Every right that approves some kind."""
    return frozenset(kind.approving for kind in KINDS.values())

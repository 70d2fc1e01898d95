"""Everything that may happen to the state of a supply stands in this table.

A change is a compare-and-set: it happens only from the state that the table names. Only a
read-back of the relay leads to ON or OFF; asking for something never does.
"""

from __future__ import annotations

from enum import StrEnum

from bijlighar.kernel.errors import BijligharError
from bijlighar.supply.values import SupplyState


class SupplyEvent(StrEnum):
    """What can happen to a supply."""

    DISCONNECTION_ASKED = "disconnection asked"
    DISCONNECTION_CANCELLED = "disconnection cancelled"
    RECONNECTION_ASKED = "reconnection asked"
    READ_BACK_OPEN = "relay read back open"
    READ_BACK_CLOSED = "relay read back closed"


class NotNow(BijligharError):
    """This cannot happen to a supply in its present state."""


ON, DISCONNECTING = SupplyState.ON, SupplyState.DISCONNECTING
OFF, RECONNECTING = SupplyState.OFF, SupplyState.RECONNECTING

TRANSITIONS: dict[tuple[SupplyState, SupplyEvent], SupplyState] = {
    (ON, SupplyEvent.DISCONNECTION_ASKED): DISCONNECTING,
    (DISCONNECTING, SupplyEvent.DISCONNECTION_CANCELLED): ON,
    # Taken back when it may have been sent: what the relay is must be read, and closed.
    (DISCONNECTING, SupplyEvent.RECONNECTION_ASKED): RECONNECTING,
    (DISCONNECTING, SupplyEvent.READ_BACK_OPEN): OFF,
    (DISCONNECTING, SupplyEvent.READ_BACK_CLOSED): DISCONNECTING,
    (OFF, SupplyEvent.RECONNECTION_ASKED): RECONNECTING,
    (RECONNECTING, SupplyEvent.READ_BACK_CLOSED): ON,
    (RECONNECTING, SupplyEvent.READ_BACK_OPEN): RECONNECTING,
    # Somebody closed or opened it by hand: the read-back is the truth.
    (OFF, SupplyEvent.READ_BACK_CLOSED): ON,
    (ON, SupplyEvent.READ_BACK_OPEN): OFF,
    (ON, SupplyEvent.READ_BACK_CLOSED): ON,
    (OFF, SupplyEvent.READ_BACK_OPEN): OFF,
}


def after(*, state: SupplyState, event: SupplyEvent) -> SupplyState:
    """The state after an event. Raises NotNow where the table has no such row."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise NotNow(
            f"{event.value.capitalize()} cannot happen to a supply that is {state}."
        ) from None

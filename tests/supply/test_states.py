"""Everything that may happen to a supply, written out; anything else is refused."""

from __future__ import annotations

from itertools import product

import pytest

from bijlighar.supply.states import NotNow, SupplyEvent, after
from bijlighar.supply.values import SupplyState

WRITTEN_OUT = """
on             disconnection asked       disconnecting
on             relay read back open      off
on             relay read back closed    on
disconnecting  disconnection cancelled   on
disconnecting  reconnection asked        reconnecting
disconnecting  relay read back open      off
disconnecting  relay read back closed    disconnecting
off            reconnection asked        reconnecting
off            relay read back open      off
off            relay read back closed    on
reconnecting   relay read back open      reconnecting
reconnecting   relay read back closed    on
"""


def rows() -> dict[tuple[SupplyState, SupplyEvent], SupplyState]:
    found = {}
    for line in WRITTEN_OUT.strip().splitlines():
        before, event, then = (part for part in line.split("  ") if part.strip())
        key = SupplyState(before.strip()), SupplyEvent(event.strip())
        found[key] = SupplyState(then.strip())
    return found


ALLOWED = rows()


@pytest.mark.parametrize(("state", "event"), list(product(SupplyState, SupplyEvent)))
def test_an_event_leads_where_the_table_says_or_cannot_happen(state, event):
    if (state, event) in ALLOWED:
        assert after(state=state, event=event) is ALLOWED[state, event]
    else:
        with pytest.raises(NotNow, match=f"supply that is {state}"):
            after(state=state, event=event)


def test_only_a_read_back_or_a_withdrawal_makes_a_supply_on_or_off():
    for (state, event), then in ALLOWED.items():
        if then in (SupplyState.ON, SupplyState.OFF) and then is not state:
            assert event in (
                SupplyEvent.READ_BACK_CLOSED,
                SupplyEvent.READ_BACK_OPEN,
                SupplyEvent.DISCONNECTION_CANCELLED,
            )

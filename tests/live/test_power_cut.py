"""Power pulled from every process between payment and reconnection, then restarted."""

from __future__ import annotations

import contextlib
import threading

import httpx
import pytest

from tests.live.live_town import LiveTown

CREDITS = "select count(*) from payments_payment"
ENTRIES = "select count(*) from ledger_entry where reason = 'recharge'"
RECONNECTIONS = (
    "select count(*) from supply_supplychange"
    " where event = 'relay read back closed' and state_after = 'on'"
)
COMMANDS = "select count(*) from headend_relaycommand where wanted = 'closed'"
CONFIRMED = f"{COMMANDS} and state = 'confirmed'"
COUNTERS = "select min(next_counter) from headend_metersecret"


@pytest.mark.parametrize("moment", ["webhook on its way", "credited", "command being sent"])
def test_one_credit_and_one_reconnection(live_town: LiveTown, moment: str) -> None:
    """The plug is pulled at a moment after the gateway has captured the money."""
    balram = live_town.prepare(dark=1)
    live_town.wait_until(lambda: live_town.state_of(balram) == "off")
    assert not live_town.relay_is_closed(balram)
    before = live_town.ask(COUNTERS)[0][0]

    with httpx.Client(follow_redirects=False) as browser:
        pay_url = live_town.open_recharge(browser, balram, 500)
        paying = threading.Thread(target=_pay, args=(pay_url,))
        paying.start()
        if moment == "webhook on its way":
            paying.join()
        elif moment == "credited":
            live_town.wait_until(lambda: live_town.ask(CREDITS)[0][0] == 1)
        else:
            live_town.wait_until(lambda: live_town.ask(COMMANDS)[0][0] == 1)
        live_town.kill_everything()
        paying.join()

    live_town.power_returns()
    live_town.wait_until(lambda: live_town.state_of(balram) == "on", patience_s=90)
    assert live_town.relay_is_closed(balram)
    assert live_town.ask(CREDITS) == [(1,)]
    assert live_town.ask(ENTRIES) == [(1,)]
    assert live_town.ask(RECONNECTIONS) == [(1,)]
    assert live_town.ask(COMMANDS) == [(1,)]
    assert live_town.ask(CONFIRMED) == [(1,)]
    assert live_town.ask(COUNTERS)[0][0] >= before


def _pay(pay_url: str) -> None:
    """Press the button on the gateway's page; its answer may be lost with the power."""
    with contextlib.suppress(httpx.HTTPError):
        httpx.post(pay_url, data={"choice": "pay"})

"""Power pulled from every process between payment and reconnection, then restarted."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.live.live_town import LiveTown

OF = (
    "(select c.id from connections_connection as c join connections_consumer as u"
    " on u.id = c.consumer_id where consumer_number = %s)"
)
CREDITS = f"select count(*) from payments_payment where connection_id = {OF}"
ENTRIES = (
    "select count(*) from ledger_entry as e join ledger_transfer as t on t.entry_id = e.id"
    " join ledger_wallet as w on w.account_id = t.credit_account_id"
    f" where e.reason = 'recharge' and w.owner_id = {OF}"
)
RECONNECTIONS = (
    "select count(*) from supply_supplychange"
    " where event = 'relay read back closed' and state_after = 'on'"
    f" and connection_id = {OF}"
)
COMMANDS = (
    "select count(*) from headend_relaycommand"
    f" where wanted = 'closed' and connection_id = {OF}"
)
CONFIRMED = f"{COMMANDS} and state = 'confirmed'"
COUNTERS = "select min(next_counter) from headend_metersecret"
MOMENTS = ("webhook on its way", "credited", "command being sent")


@pytest.fixture(scope="module")
def in_the_dark(tmp_path_factory) -> Iterator[tuple[LiveTown, list[str]]]:
    """One town that loses its power time and again, and a dark home for each time."""
    town = LiveTown(tmp_path_factory.mktemp("power") / "installation")
    try:
        town.start()
        yield town, town.prepare_all(*range(len(MOMENTS)))
    finally:
        town.stop()


@pytest.mark.parametrize("moment", MOMENTS)
def test_one_credit_and_one_reconnection(in_the_dark, moment: str) -> None:
    """The plug is pulled at a moment after the gateway has captured the money."""
    town, homes = in_the_dark
    number = homes[MOMENTS.index(moment)]
    town.wait_until(lambda: town.state_of(number) == "off")
    assert not town.relay_is_closed(number)
    before = town.ask(COUNTERS)[0][0]

    with httpx.Client(follow_redirects=False) as browser:
        pay_url = town.open_recharge(browser, number, 500)
        paying = threading.Thread(target=_pay, args=(pay_url,))
        paying.start()
        if moment == "webhook on its way":
            paying.join()
        elif moment == "credited":
            town.wait_until(lambda: town.ask(CREDITS, number)[0][0] == 1)
        else:
            town.wait_until(lambda: town.ask(COMMANDS, number)[0][0] == 1)
        town.kill_everything()
        paying.join()

    town.power_returns()
    town.wait_until(lambda: town.state_of(number) == "on", patience_s=90)
    assert town.relay_is_closed(number)
    for counted in (CREDITS, ENTRIES, RECONNECTIONS, COMMANDS, CONFIRMED):
        assert town.ask(counted, number) == [(1,)], counted
    assert town.ask(COUNTERS)[0][0] >= before


def _pay(pay_url: str) -> None:
    """Press the button on the gateway's page; its answer may be lost with the power."""
    with contextlib.suppress(httpx.HTTPError):
        httpx.post(pay_url, data={"choice": "pay"})

"""The whole pretend town in one process: reachable, killable, and still the same after."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import httpx
import pytest
from tests.simulator.caller import free_port, own_addresses

from bijlighar.clock import clock as town_clock
from bijlighar.simulator import store
from bijlighar.simulator.counters import MeterCounters
from bijlighar.simulator.fleet import AddressTaken
from bijlighar.simulator.meter_records import LEASE, MeterRecords
from bijlighar.simulator.town import NotYetKnown, Town, TownSettings

PROGRAM = """
import asyncio, sys
from ipaddress import IPv4Address
from pathlib import Path
from bijlighar.simulator.town import Town, TownSettings
folder, base, meter_port, http_port = sys.argv[1:]
settings = TownSettings(folder=Path(folder), homes=5, address_base=IPv4Address(base),
    meter_port=int(meter_port), http_port=int(http_port))
asyncio.run(Town(settings).run())
"""
MERCHANT = ("pretend_key", "pretend_secret")


def settings(folder, **other):
    return TownSettings(
        folder=folder,
        homes=3,
        address_base=own_addresses(),
        meter_port=free_port(),
        http_port=free_port(),
        **other,
    )


@contextmanager
def town_process(tmp_path, clock):
    """A town in a process of its own; its clock stands at the test's time.

    What it shows thus depends on no clock of the machine.
    """
    clock_file = tmp_path / "clock.json"
    town_clock.set_anchor(clock_file, town_at=clock.at, speed=0)
    http_port = free_port()
    base = str(own_addresses() + 128)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, tmp_path / "world", base, str(free_port()),
         str(http_port)],
        env=os.environ | {town_clock.CLOCK_FILE_VARIABLE: str(clock_file)},
    )  # fmt: skip
    with httpx.Client(base_url=f"http://127.0.0.1:{http_port}", trust_env=False) as client:
        try:
            _wait_until_healthy(process, client)
            yield process, client
        finally:
            process.kill()
            process.wait(10)


def _wait_until_healthy(process, client):
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        assert process.poll() is None
        try:
            if client.get("/healthz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError("the town did not start")


def ask(town, method, path, **what):
    """Ask a town's HTTP application directly."""

    async def once():
        transport = httpx.ASGITransport(app=town.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
            return await client.request(method, path, **what)

    return asyncio.run(once())


@pytest.fixture
def town(tmp_path, clock):
    built = Town(settings(tmp_path), now=clock)
    yield built
    asyncio.run(built.stop())


def test_meters_are_shown_with_their_people(town):
    shown = ask(town, "GET", "/meters").json()["meters"]
    assert [meter["serial"] for meter in shown] == [
        "BJL00000001",
        "BJL00000002",
        "BJL00000003",
    ]
    asha = shown[0]
    assert asha["person"]["name"].startswith("Asha ")
    assert asha["address"] == str(town.settings.address_base)
    assert asha["relay_closed"] is True
    assert bytes.fromhex(asha["system_title"])[:3] == b"BJL"
    assert len({meter["encryption_key"] for meter in shown}) == 3


def test_the_truth_is_what_the_registers_showed(town, clock):
    first, until = date(2026, 4, 2), date(2026, 4, 10)
    meter = town.residents[0].meter
    truth = town.register_truth(from_day=first, until_day=until)[0]
    assert truth.from_wh == meter.house.register_wh(86_400)
    assert truth.until_wh == meter.house.register_wh(9 * 86_400) > truth.from_wh
    told = ask(town, "GET", "/truth?from=2026-04-02&until=2026-04-10").json()["truth"][0]
    assert told == {
        "serial": meter.serial,
        "from_wh": truth.from_wh,
        "until_wh": truth.until_wh,
        "silent_days": truth.silent_days,
    }


def test_nobody_knows_tomorrow(town):
    with pytest.raises(NotYetKnown):
        town.register_truth(from_day=date(2026, 4, 1), until_day=date(2026, 4, 11))
    refused = ask(town, "GET", "/truth?from=2026-04-01&until=2026-04-11")
    assert (refused.status_code, refused.json()["field"]) == (400, "until")
    assert ask(town, "GET", "/truth?from=yesterday").json()["field"] == "from"


def test_faults_are_ordered_and_healed(town):
    serial = town.residents[1].meter.serial
    order = {"serial": serial, "fault": "slow", "amount": 250}
    assert ask(town, "POST", "/faults", json=order).json() == {
        "faults": [{"fault": "slow", "amount": 250, "once": False}]
    }
    assert ask(town, "GET", "/meters").json()["meters"][1]["faults"]
    assert ask(town, "POST", "/faults", json=order | {"fault": "x"}).status_code == 400
    assert ask(town, "POST", "/faults", json=order | {"amount": 0}).status_code == 400
    assert ask(town, "POST", "/faults", json=order | {"serial": "x"}).status_code == 404
    assert ask(town, "DELETE", f"/faults/{serial}").status_code == 204
    assert town.residents[1].meter.faults == {}


def test_a_folder_belongs_to_one_town(town, tmp_path):
    with pytest.raises(store.AnotherWorld, match="seed 1, not 2"):
        Town(settings(tmp_path, seed=2))


def test_a_taken_port_is_told_in_one_sentence(town, tmp_path, clock):
    async def story():
        await town.start()
        same = Town(
            replace(settings(tmp_path / "other"), http_port=town.settings.http_port),
            now=clock,
        )
        with pytest.raises(AddressTaken, match="cannot listen on"):
            await same.start()
        await same.stop()
        await town.stop()

    asyncio.run(story())


def test_a_killed_town_forgets_nothing(tmp_path, clock):
    order = {
        "amount_paise": 100_00,
        "receipt": "R-9",
        "consumer_number": "1",
        "callback_url": "http://127.0.0.1/",
    }
    with town_process(tmp_path, clock) as (process, client):
        made = client.post("/gateway/v1/orders", json=order, auth=MERCHANT).json()
        path = f"/gateway/v1/orders/{made['id']}"
        captured = client.post(f"{path}/capture", auth=MERCHANT).json()
        fault = {"serial": "BJL00000002", "fault": "hanging"}
        client.post("/faults", json=fault)
        before = client.get("/meters").json()["meters"]
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with town_process(tmp_path, clock) as (process, client):
        assert client.post(f"{path}/capture", auth=MERCHANT).json() == captured
        assert client.get(path, auth=MERCHANT).json()["status"] == "paid"
        after = client.get("/meters").json()["meters"]
        for old, new in zip(before, after, strict=True):
            changes = {"address", "port"}
            assert {k: v for k, v in old.items() if k not in changes} == {
                k: v for k, v in new.items() if k not in changes
            }
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_sending_counters_never_repeat(tmp_path):
    """Each life ends without warning; whatever it sent is never sent again."""
    sent = []
    for length in (3, LEASE, 1, LEASE + 5):
        records = MeterRecords(connection=store.open_world(tmp_path))
        start = records.leases().get("S", 1)
        counters = MeterCounters(serial="S", records=records, received={}, start=start)
        sent += [counters.next() for _ in range(length)]
    assert sent == sorted(set(sent))

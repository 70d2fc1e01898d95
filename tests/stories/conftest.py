"""The stage of a story: real PostgreSQL, real meters on loopback, the flow itself."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bijlighar.clock.clock import CLOCK_FILE_VARIABLE, set_anchor
from bijlighar.kernel.ist import day_starts
from bijlighar.notices import service as notices
from bijlighar.run.stage import free_port, own_meter_base
from bijlighar.simulator.town_calendar import TOWN_START
from tests.stories.town_thread import TownThread, settings_of
from tests.stories.world import World


@pytest.fixture
def world(
    committed_db: None, tmp_path: Path, monkeypatch, settings, request
) -> Iterator[World]:
    """A town of four homes at its first midnight: Asha, Balram, Chanda and Dev.

    A story may ask for more by `homes` in its marker `town`; those hang beside them.
    """
    town = request.node.get_closest_marker("town")
    clock_file = tmp_path / "clock.json"
    monkeypatch.setenv(CLOCK_FILE_VARIABLE, str(clock_file))
    set_anchor(clock_file, town_at=day_starts(TOWN_START), speed=0)
    port = free_port()
    thread = TownThread(
        settings_of(
            tmp_path / "town",
            homes=town.kwargs["homes"] if town else 4,
            seed=11,
            http_port=port,
            address_base=own_meter_base(),
            gateway_key_id="bijlighar",
            gateway_key_secret="gateway key of this test",
            webhook_secret="webhook secret of this test",
            sms_key="sms key of this test",
        )
    )
    thread.start()
    settings.BIJLIGHAR = {
        **settings.BIJLIGHAR,
        "root_key": secrets.token_hex(32),
        "gateway_url": f"http://127.0.0.1:{port}/gateway",
        "gateway_key_secret": "gateway key of this test",
        "gateway_webhook_secret": "webhook secret of this test",
        "sms_url": f"http://127.0.0.1:{port}/sms",
        "sms_key": "sms key of this test",
        "town_url": f"http://127.0.0.1:{port}",
    }
    try:
        with httpx.Client() as client:
            yield World(thread=thread, clock_file=clock_file, client=client)
    finally:
        notices.close_channels()
        thread.stop()

"""kill -9 at any line of a change of keys: the meter stays in reach and is never lost.

The suite tries every thirty-first line; BIJLIGHAR_EVERY_LINE=1 tries them all.
"""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context

import pytest
from django.db import connection, connections

from bijlighar.connections import service as places
from bijlighar.headend import service as headend
from bijlighar.headend.rows import MeterRefused
from bijlighar.headend.values import KeyChangeState, KeyPart, MeterKeys
from bijlighar.run import meter_rotate
from tests.cast import ROOT_KEY, new_connection, with_root_key
from tests.headend.simulated import a_meter, free_port

NOW = datetime(2026, 4, 7, 6, 0, tzinfo=UTC)
TIMEOUT_S = 5.0
PATIENCE_S = 60
STEP = 1 if os.environ.get("BIJLIGHAR_EVERY_LINE") else 31
NEW = {
    KeyPart.GLOBALS: ("encryption_key", "authentication_key"),
    KeyPart.MASTER: ("master_key",),
    KeyPart.LLS: ("lls_secret",),
}
FIRST = dict(zip(KeyPart, (1, 11, 21), strict=True))
"""Other lines for each, so that together they try many."""
FEWEST_LINES = 60
HELD = MeterKeys(encryption_key=b"first encryption", authentication_key=b"first authentica")
MASTER = b"master key of 16"


def killed_at(line: int, *, meter_id: int) -> bool:
    """Whether a process that changes the keys reached this line, and died there."""
    from tests.headend import killed_rotation

    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.headend.killed_rotation"])
    name = connection.settings_dict["NAME"]
    connections.close_all()
    process = context.Process(
        target=killed_rotation.change_keys_until, args=(name, ROOT_KEY, meter_id, line)
    )
    process.start()
    process.join(PATIENCE_S)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def answers_within_two(meter_id: int) -> bool:
    """Whether an ordinary conversation reaches the meter, by the second try."""
    for _ in range(2):
        (access,) = headend.lease(meter_ids=[meter_id])
        try:
            asyncio.run(headend.prove_keys(access=access, timeout_s=TIMEOUT_S))
        except MeterRefused:
            continue
        return True
    return False


def go_on(meter_id: int) -> KeyChangeState:
    """The same command is started again."""
    change = headend.last_change_of(meter_id=meter_id)
    assert change is not None
    if change.state is KeyChangeState.PROVED:
        return change.state
    return meter_rotate.change_keys(change, ask_time=lambda: NOW, timeout_s=TIMEOUT_S)


@pytest.mark.parametrize("part", list(KeyPart))
def test_d8_killed_at_any_line_the_meter_is_reached_and_gets_its_keys(
    committed_db, tmp_path, part
):
    port = free_port()
    ours = {
        "encryption_key": HELD.encryption_key,
        "authentication_key": HELD.authentication_key,
        "master_key": MASTER,
    }
    with with_root_key(), a_meter(tmp_path, port=port, **ours) as meter:
        title = meter.keys.system_title
        (home,) = places.connect(
            new=[new_connection("Asha", meter_port=port, system_title=title)]
        )
        headend.commission(keys={home.meter_id: MeterKeys(**ours)}, now=NOW)
        for line in count(FIRST[part], STEP):
            before = meter.keys
            assert headend.prepare_key_change(meter_ids=[home.meter_id], now=NOW, part=part)
            was_killed = killed_at(line, meter_id=home.meter_id)
            assert answers_within_two(home.meter_id), line
            assert go_on(home.meter_id) is KeyChangeState.PROVED, line
            for field in NEW[part]:
                assert getattr(meter.keys, field) != getattr(before, field), line
            if not was_killed:
                break
        assert line > FEWEST_LINES

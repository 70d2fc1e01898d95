"""A head-end that this project did not write reads and switches our simulated meter.

Combinations: no security, a password (LLS), and HLS 5 (GMAC) with every APDU authenticated
and encrypted. The head-end is gurux-dlms 1.0.203 as it is.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from bijlighar.dlms import cosem_time
from tests.interop import peers

CLIENTS = {"none": 17, "lls": 33, "hls": 48}
BLOCKS, DAILY = "1.0.99.1.0.255", "1.0.99.2.0.255"
IMPORT_OF_BLOCK = 3


@contextmanager
def our_meter(folder) -> Iterator[int]:
    """The port of `bijlighar meter simulate`, as an engineer starts it."""
    keys = folder / "keys.json"
    keys.write_text(
        json.dumps(
            {
                "encryption_key": peers.ENCRYPTION_KEY.hex(),
                "authentication_key": peers.AUTHENTICATION_KEY.hex(),
                "secret": peers.SECRET,
            }
        )
    )
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    command = ["-m", "bijlighar.run.cli", "meter", "simulate", "--open-clients"]
    process = subprocess.Popen(
        [sys.executable, *command, "--port", str(port), "--key-file", str(keys)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        assert process.stdout.readline(), process.stderr.read()
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=peers.WAIT_S)


def test_every_security_reads_the_same_rows_and_moves_the_relay(tmp_path):
    """The rows of one day by half-hours, and its two midnights, which agree exactly."""
    from bijlighar.clock.clock import now
    from bijlighar.kernel.ist import ONE_DAY, day_starts, supply_day_of

    starts = day_starts(supply_day_of(now()) - 3 * ONE_DAY)
    read = {}
    with our_meter(tmp_path) as port:
        for security, client in CLIENTS.items():
            read[security] = peers.gurux_head_end(
                port=port,
                security=security,
                client=client,
                profiles=[BLOCKS, DAILY],
                **{"from": starts.isoformat(), "to": (starts + ONE_DAY).isoformat()},
            )
    for security, found in read.items():
        assert found["relay"] == [True, False, True], security
        assert found["profiles"] == read["none"]["profiles"], security
    blocks, daily = (read["hls"]["profiles"][name] for name in (BLOCKS, DAILY))
    stamps = [at(row[0]) for row in blocks]
    assert (stamps[0], stamps[-1], len(stamps)) == (starts, starts + ONE_DAY, 49)
    assert [at(row[0]) for row in daily] == [starts, starts + ONE_DAY]
    # The block that ends at the first midnight is of the day before.
    used_wh = sum(row[IMPORT_OF_BLOCK] for row in blocks[1:])
    assert used_wh == daily[1][1] - daily[0][1] > 0


@pytest.mark.parametrize(
    ("security", "changes"),
    [("lls", {"secret": "other"}), ("hls", {"ak": peers.MASTER_KEY.hex()})],
)
def test_a_wrong_secret_is_refused(tmp_path, security, changes):
    with our_meter(tmp_path) as port, pytest.raises(AssertionError, match=r"\w"):
        peers.gurux_head_end(
            port=port,
            security=security,
            client=CLIENTS[security],
            profiles=[],
            **{"from": "2026-04-01T00:00:00+05:30", "to": "2026-04-02T00:00:00+05:30"},
            **changes,
        )


def at(octets: str) -> datetime:
    return cosem_time.decode(bytes.fromhex(octets))

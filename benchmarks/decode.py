"""How fast a ciphered day of block load, 48 rows of 8 values, becomes numbers.

A batch of days, each from another meter, sealed with AES-GCM under its own keys, goes
through the product's own steps: open (tag, counter and strength checked), read in bulk,
clocks to instants; and once more as conversations do it, one day at a time, to the
half-hours that are kept. Nothing is kept from one turn to the next, cipher objects neither.
Beside it, in the same run and on the same octets, the general decoder and two peers, each
in a process of its own: gurux-dlms (GPL, a tool of this benchmark only) and dlms-cosem
21.3.2, which refuses the ciphered GET response and is given what comes after its head. A
peer that is not installed is left out by name. One core.

Figures (`--json FILE` writes them), in rows a second:
    ours_rows_s          a batch: opened, read in bulk, clocks made instants
    ours_cpu_rows_s      the same by the processor's time of this process: a shared machine
                         takes turns, and a turn that is another's is not counted
    single_rows_s        a day at a time, as a conversation reads it: opened, read, each row
                         checked and put into order
    general_rows_s       one by one through the general decoder, opened too
    gurux_rows_s         gurux-dlms, opened too
    dlms_cosem_rows_s    dlms-cosem, opened too
    numpy_limit_rows_s   the least that can be done: AES-GCM and a view of the octets
    ours_per_gurux       the ratio
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from bijlighar.dlms import axdr, cosem_time, grid
from bijlighar.dlms.apdu import get
from bijlighar.dlms.protection import protect, unprotect
from bijlighar.dlms.security import SecurityKeys
from bijlighar.headend import rows

ROWS = 48
BATCH = 250
HEAD = 4  # tag, kind, invocation and choice of a GET response
SEALED_HEAD = 4  # glo- tag and a length of three octets
MIDNIGHT = datetime(2026, 3, 31, 18, 30, tzinfo=UTC)
DAY_ENDS = MIDNIGHT + timedelta(days=1)
PEERS = ("gurux", "dlms_cosem")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two seconds each, not ten")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument(
        "--peers", default=str(_peers()), help="the Python that has the peers installed"
    )
    chosen = parser.parse_args()
    seconds = 2.0 if chosen.quick else 10.0
    figures = measure(seconds=seconds, peers=chosen.peers)
    for name, value in figures.items():
        print(f"{name:<28}{value:>14,}")
    if chosen.json:
        held = {"name": "decode", "quick": chosen.quick, "figures": figures}
        chosen.json.write_text(json.dumps(held, indent=2) + "\n")
    return 0


def _peers() -> Path:
    """Where set-up puts gurux-dlms; this Python where it has not."""
    held = Path(__file__).resolve().parent.parent / ".venv" / "peers" / "bin" / "python"
    return held if held.exists() else Path(sys.executable)


def measure(*, seconds: float, peers: str) -> dict[str, int]:
    """All figures, one after the other on this core."""
    keys = [_keys(number) for number in range(BATCH)]
    titles = [b"BIJ%05d" % number for number in range(BATCH)]
    sealed = [_sealed_day(keys[number], titles[number]) for number in range(BATCH)]

    def opened(number: int) -> bytes:
        return unprotect(
            keys=keys[number],
            system_title=titles[number],
            apdu=sealed[number],
            known_counter=6,
            services=(get.RESPONSE_TAG,),
        ).plain

    def in_bulk() -> int:
        days = grid.read([opened(number)[HEAD:] for number in range(BATCH)])
        assert not days.odd
        return len(grid.instants(days.columns[0]))

    def one_day() -> int:
        value = opened(0)[HEAD:]
        return len(rows.energies(value, rows.HALF_HOURS, starts=MIDNIGHT, ends=DAY_ENDS))

    def one_by_one() -> int:
        value = get.response_from_bytes(opened(0)).outcome
        return len(value.value)

    by_clock, by_processor = _rates(in_bulk, seconds)
    figures = {
        "ours_rows_s": by_clock,
        "ours_cpu_rows_s": by_processor,
        "single_rows_s": _rate(one_day, seconds),
        "general_rows_s": _rate(one_by_one, seconds),
        "numpy_limit_rows_s": _rate(lambda: _limit(keys, titles, sealed), seconds),
    }
    for peer in PEERS:
        rate = _ask_peer(peer, peers, seconds, sealed[0], keys[0], titles[0])
        if rate is not None:
            figures[f"{peer}_rows_s"] = rate
    if "gurux_rows_s" in figures:
        figures["ours_per_gurux"] = figures["ours_rows_s"] // figures["gurux_rows_s"]
    return figures


def _limit(keys: list[SecurityKeys], titles: list[bytes], sealed: list[bytes]) -> int:
    plains = []
    for held, title, apdu in zip(keys, titles, sealed, strict=True):
        body = apdu[SEALED_HEAD:]
        mode = GCM(title + body[1:5], body[-12:], 12)
        decryptor = Cipher(AES(held.encryption_key), mode).decryptor()
        decryptor.authenticate_additional_data(body[:1] + held.authentication_key)
        plains.append(decryptor.update(body[5:-12]) + decryptor.finalize())
    octets = np.frombuffer(b"".join(plains), np.uint8).reshape(len(plains), -1)
    rows = octets[:, HEAD + 2 :].reshape(len(plains) * ROWS, -1)
    return len(rows)


def _rate(work: Callable[[], int], seconds: float) -> int:
    return _rates(work, seconds)[0]


def _rates(work: Callable[[], int], seconds: float) -> tuple[int, int]:
    """Rows a second in the best of many turns, by the clock and by processor time.

    The best, since other work on the machine only slows.
    """
    best = best_cpu = 0.0
    until = time.perf_counter() + seconds
    while (began := time.perf_counter()) < until:
        began_cpu = time.process_time()
        rows = work()
        took_cpu, took = time.process_time() - began_cpu, time.perf_counter() - began
        best, best_cpu = max(best, rows / took), max(best_cpu, rows / took_cpu)
    return int(best), int(best_cpu)


def _ask_peer(
    peer: str, python: str, seconds: float, apdu: bytes, keys: SecurityKeys, title: bytes
) -> int | None:
    asked = {
        "peer": peer,
        "seconds": seconds,
        "rows": ROWS,
        "apdu": apdu.hex(),
        "ek": keys.encryption_key.hex(),
        "ak": keys.authentication_key.hex(),
        "title": title.hex(),
    }
    done = subprocess.run(
        [python, Path(__file__).with_name("_decode_peers.py")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason"])[-1]
        print(f"{peer} is left out: {reason}")
        return None
    return int(float(done.stdout))


def _keys(number: int) -> SecurityKeys:
    return SecurityKeys(
        encryption_key=number.to_bytes(16, "big"),
        authentication_key=(number + 1).to_bytes(16, "big"),
    )


def _sealed_day(keys: SecurityKeys, title: bytes) -> bytes:
    day = axdr.array(_row(number) for number in range(ROWS))
    plain = get.GetResponse(invoke=0xC1, outcome=day).to_bytes()
    return protect(keys=keys, system_title=title, counter=7, plain=plain)


def _row(number: int) -> axdr.Data:
    at = cosem_time.encode(MIDNIGHT + (number + 1) * timedelta(minutes=30))
    counts = (2300 + number, 150, 40 + number, 0, 50, 0)
    values = [axdr.long_unsigned(count) for count in counts]
    return axdr.structure([axdr.octet_string(at), *values, axdr.unsigned(0)])


if __name__ == "__main__":
    sys.exit(main())

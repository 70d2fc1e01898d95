"""Programs of gurux-dlms as tests meet them: processes of their own, spoken to in JSON."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PYTHON = HERE.parent.parent / ".venv" / "peers" / "bin" / "python"
WAIT_S = 60

SECRET = "secret01"
ENCRYPTION_KEY = bytes(range(16))
AUTHENTICATION_KEY = bytes(range(0xD0, 0xE0))
MASTER_KEY = bytes(range(0x20, 0x30))
METER_TITLE = bytes.fromhex("4752580000000001")
METER_SERIAL = "GRX00000001"
HEAD_END_TITLE = bytes.fromhex("4752584853303031")
KEYS = {
    "secret": SECRET,
    "ek": ENCRYPTION_KEY.hex(),
    "ak": AUTHENTICATION_KEY.hex(),
    "kek": MASTER_KEY.hex(),
}


@dataclass
class GuruxMeter:
    """A running meter of gurux-dlms."""

    port: int
    process: subprocess.Popen[str]

    def relay_is_closed(self) -> bool:
        """The relay as the meter itself holds it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("relay\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["is_closed"]


@contextmanager
def gurux_meter(**asked: object) -> Iterator[GuruxMeter]:
    """A meter of gurux-dlms with these settings (see `gurux_meter.py`)."""
    process = subprocess.Popen(
        [_python(), HERE / "gurux_meter.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        settings = {**KEYS, "title": METER_TITLE.hex(), **asked}
        process.stdin.write(json.dumps(settings) + "\n")
        process.stdin.flush()
        port = process.stdout.readline()
        assert port, process.stderr.read()
        yield GuruxMeter(port=int(port), process=process)
    finally:
        process.kill()
        process.communicate()


def gurux_head_end(**asked: object) -> dict:
    """What a head-end of gurux-dlms read in one conversation (see `gurux_client.py`)."""
    return gurux_program("gurux_client.py", **asked)


def gurux_program(name: str, **asked: object) -> dict:
    """What one of the programs beside this file prints."""
    settings = {**KEYS, "title": HEAD_END_TITLE.hex(), "last_counter": 0, **asked}
    done = subprocess.run(
        [_python(), HERE / name],
        input=json.dumps(settings),
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _python() -> Path:
    if not PYTHON.exists():
        pytest.fail(
            "gurux-dlms is not installed, so nothing is known about interoperation: "
            "run `python3 tools/setup.py --dev` (`make test` does)."
        )
    return PYTHON

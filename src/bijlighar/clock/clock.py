"""What time it is: the one function of the product that asks the clock.

`now` is an argument everywhere; only the edge (views, workers, commands) calls `now()`.
In a demo the town's clock may run faster than life: the file named by the environment
variable `BIJLIGHAR_CLOCK_FILE` then holds one anchor, and every process of the town reads
the same time from it. Without the variable, time is real.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

CLOCK_FILE_VARIABLE = "BIJLIGHAR_CLOCK_FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """From `real_at` on the town's clock shows `town_at` and runs `speed` times life's."""

    real_at: datetime
    town_at: datetime
    speed: int

    def town_time(self, real_at: datetime) -> datetime:
        """What the town's clock shows at a real instant."""
        return self.town_at + (real_at - self.real_at) * self.speed


def real_now() -> datetime:
    """The real time, in UTC: for measuring how long things take, never for rules."""
    return datetime.fromtimestamp(time.time_ns() // 1_000 / 1_000_000, tz=UTC)


def now() -> datetime:
    """The time by which the product acts, in UTC: real, or the town's in a demo."""
    named = os.environ.get(CLOCK_FILE_VARIABLE)
    if not named:
        return real_now()
    return read_anchor(Path(named)).town_time(real_now())


def read_anchor(path: Path) -> Anchor:
    """The anchor that the file holds; the file is replaced whole, never half written."""
    held = json.loads(path.read_text())
    return Anchor(
        real_at=datetime.fromisoformat(held["real_at"]),
        town_at=datetime.fromisoformat(held["town_at"]),
        speed=int(held["speed"]),
    )


def set_anchor(path: Path, *, town_at: datetime, speed: int) -> None:
    """Make the town's clock show `town_at` from now on, at `speed` times life's."""
    assert town_at.tzinfo is not None
    held = {
        "real_at": real_now().isoformat(),
        "town_at": town_at.astimezone(UTC).isoformat(),
        "speed": speed,
    }
    beside = path.with_suffix(f".{os.getpid()}.new")
    beside.write_text(json.dumps(held))
    beside.replace(path)


def change_speed(path: Path, *, speed: int) -> None:
    """Let the town's clock go on from where it is, faster or slower."""
    anchor = read_anchor(path)
    set_anchor(path, town_at=anchor.town_time(real_now()), speed=speed)


def town_stretch(real: timedelta) -> timedelta:
    """How far the town's clock moves while this much of life passes."""
    named = os.environ.get(CLOCK_FILE_VARIABLE)
    return real * read_anchor(Path(named)).speed if named else real

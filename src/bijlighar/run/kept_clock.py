"""The clock of a live town: it stands while nobody works, and never goes back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bijlighar.clock.clock import now, read_anchor, set_anchor
from bijlighar.kernel.ist import day_starts
from bijlighar.simulator.town_calendar import TOWN_START

FIRST_SPEED = 600
BEAT_AHEAD = timedelta(seconds=1)
"""Real time by which a beat runs ahead: if the demo is killed between two beats, the town
goes on from a time that nothing can have happened after."""


@dataclass(slots=True)
class KeptClock:
    """The town's clock in its file, and beside it where to go on from, and how fast."""

    file: Path

    @property
    def _beat_file(self) -> Path:
        return self.file.with_suffix(".beat")

    def stand(self) -> None:
        """Show the time of the last beat, or the town's first midnight, and stand still."""
        if not self.file.exists():
            set_anchor(self.file, town_at=day_starts(TOWN_START), speed=0)
        elif self._beat_file.exists():
            held = json.loads(self._beat_file.read_text())
            town_at = datetime.fromisoformat(held["town_at"])
            set_anchor(self.file, town_at=town_at, speed=0)

    def go(self, *, speed: int | None) -> None:
        """Run on from where it stands, at this speed, or as before it stood still."""
        if speed is None:
            speed = FIRST_SPEED
            if self._beat_file.exists():
                speed = int(json.loads(self._beat_file.read_text())["speed"])
        set_anchor(self.file, town_at=now(), speed=speed)
        self.beat()

    def beat(self) -> None:
        """Keep where to go on from: a little ahead of now."""
        speed = read_anchor(self.file).speed
        self._keep(now() + BEAT_AHEAD * speed, speed)

    def stop(self) -> None:
        """Stand still from now on; once it has run, keep this very moment and the speed."""
        speed, town_at = read_anchor(self.file).speed, now()
        set_anchor(self.file, town_at=town_at, speed=0)
        if self._beat_file.exists():
            self._keep(town_at, speed)

    def _keep(self, town_at: datetime, speed: int) -> None:
        beside = self._beat_file.with_suffix(".new")
        beside.write_text(json.dumps({"town_at": town_at.isoformat(), "speed": speed}))
        beside.replace(self._beat_file)

"""The processes of a demo: started together, watched, stopped in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bijlighar.kernel.errors import BijligharError

STOP_TAKES_S = 10
LAST_LINES = 12


class ProcessEnded(BijligharError):
    """A process of the demo ended by itself."""


@dataclass(slots=True, kw_only=True)
class Processes:
    """Children by name, in the order in which they were started."""

    environment: Mapping[str, str]
    logs: Path
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Start `bijlighar ARGUMENTS` as a child; what it prints goes to its log file."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "bijlighar.run.cli", *arguments],
                env={**os.environ, **self.environment, "BIJLIGHAR_CHILD": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def check(self) -> None:
        """Raise ProcessEnded if a child has ended, with the last lines of its log."""
        for name, child in self._children.items():
            if child.poll() is not None:
                raise ProcessEnded(
                    f"The process {name} ended ({child.returncode}):\n{self._tail(name)}"
                )

    def stop(self) -> None:
        """Stop every child, the last started first; kill what does not stop."""
        for child in reversed(self._children.values()):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_TAKES_S
        for child in self._children.values():
            try:
                child.wait(timeout=max(deadline - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    def kill(self) -> None:
        """Kill every child at once, as a power cut does: for tests of what survives it."""
        for child in self._children.values():
            child.kill()
        for child in self._children.values():
            child.wait()
        self._children.clear()

    def _tail(self, name: str) -> str:
        text = (self.logs / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-LAST_LINES:])

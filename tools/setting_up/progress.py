"""Telling a waiting person what happens: one line a step, and what slow programs are at."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import troubles

NEWS_EVERY_S = 10
LAST_LINES = 15


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what begins, and when it is done how long it took."""
    say(f"  {name} ...")
    began = time.monotonic()
    yield
    say(f"  {name}: done in {time.monotonic() - began:.1f} s")


def run(
    command: Sequence[str | Path],
    *,
    doing: str,
    folder: Path,
    log: Path,
    env: Mapping[str, str] | None = None,
    news: Callable[[str], str] | None = None,
) -> None:
    """Run a program quietly; its words go to `log`, and `news` picks what a person is told.

    Raises Trouble, told from the program's own words, when it fails.
    """
    last: deque[str] = deque(maxlen=400)
    told_at = time.monotonic()
    with (
        log.open("a") as kept,
        subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as program,
    ):
        assert program.stdout is not None
        for line in program.stdout:
            kept.write(line)
            last.append(line)
            told = news(line) if news else ""
            if told and time.monotonic() - told_at > NEWS_EVERY_S:
                say(f"    {told}")
                told_at = time.monotonic()
    if program.returncode:
        output = "".join(last)
        trouble = troubles.of_output(output, doing=doing, folder=folder, log=log)
        if "failed: the last lines" in str(trouble):
            sys.stderr.write("".join(list(last)[-LAST_LINES:]))
        raise trouble

"""Debian's Chromium and a Devanagari font, for the tests that look at the screens.

Nothing here is fatal: without a browser the browser tests are skipped, with the reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from . import progress, troubles
from .python_packages import Environment

CHROMIUM = Path("/usr/bin/chromium")
FONT = "fonts-lohit-deva"


def missing() -> list[str]:
    """The Debian packages that are still to be installed."""
    absent = [] if CHROMIUM.exists() else ["chromium"]
    return absent if _reads_hindi() else [*absent, FONT]


def install(environment: Environment) -> None:
    """Install what is missing where that is possible, and say plainly where it is not."""
    packages = missing()
    if not packages:
        return
    by_hand = f"`apt-get install {' '.join(packages)}` as root"
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        progress.say(f"  Browser tests will be skipped; to run them, first do {by_hand}.")
        return
    with progress.step(f"Debian packages {', '.join(packages)}"):
        try:
            _apt(environment, ["update"])
            _apt(environment, ["install", "--yes", "--no-install-recommends", *packages])
        except troubles.Trouble as trouble:
            progress.say(f"  {trouble}")
            progress.say(
                f"  Browser tests will be skipped; to run them, first do {by_hand}."
            )


def _apt(environment: Environment, words: Sequence[str]) -> None:
    progress.run(
        ["apt-get", *words],
        doing="installing the browser for the tests",
        folder=environment.root,
        log=environment.log,
        env={"DEBIAN_FRONTEND": "noninteractive"},
        news=lambda line: (
            line.strip() if line.startswith(("Unpacking", "Setting up")) else ""
        ),
    )


def _reads_hindi() -> bool:
    if shutil.which("fc-list") is None:
        return False
    done = subprocess.run(
        ["fc-list", ":lang=hi", "family"], capture_output=True, text=True, check=False
    )
    return bool(done.stdout.strip())

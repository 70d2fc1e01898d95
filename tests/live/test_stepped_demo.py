"""`bijlighar demo --speed max`, as anybody runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NAMED = {
    "days",
    "homes",
    "meter_wh",
    "charged_wh",
    "open_wh",
    "opening_paise",
    "recharged_paise",
    "charged_paise",
    "wallets_paise",
    "transfers",
    "disconnections",
    "disconnections_outside_window",
    "reconnections",
    "reconnect_seconds",
    "notices",
    "silent_meter_days",
    "readings_rows",
    "wall_seconds",
}
MEASURED = {
    "reconnect_seconds",
    "wall_seconds",
    "meters_read_per_second",
    "connections_charged_per_second",
}
"""What real time decides; everything else follows from the seed."""


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bijlighar.run.cli", "demo", "--speed", "max", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def report(folder: Path, name: str) -> dict[str, Any]:
    """The report of five days of six homes."""
    asked = ("--days", "5", "--homes", "6", "--seed", "4", "--start", "2019-10-05")
    done = demo(folder, *asked, "--report", name)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads((folder / name).read_text())
    return found


def test_energy_and_money_add_up_and_the_same_seed_gives_the_same_money(
    tmp_path: Path,
) -> None:
    first, second = report(tmp_path, "first.json"), report(tmp_path, "second.json")
    assert first.keys() >= NAMED
    assert first["charged_wh"] == first["meter_wh"] > 0
    assert first["wallets_paise"] == (
        first["opening_paise"] + first["recharged_paise"] - first["charged_paise"]
    )
    assert first["disconnections_outside_window"] == 0
    assert first["dark_though_paid"] == 0
    assert {n: v for n, v in first.items() if n not in MEASURED} == {
        n: v for n, v in second.items() if n not in MEASURED
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--days", "0"), "--days"),
        (("--homes", "1001"), "--homes"),
        (("--report", "no/such/folder/report.json"), "there is no folder"),
        (("--start", "1 July"), "--start"),
    ],
)
def test_what_cannot_be_asked_for_is_told_in_words(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = demo(tmp_path, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr

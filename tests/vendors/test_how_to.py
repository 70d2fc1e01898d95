"""docs/how-to/vendor-head-end.md: its examples do what it says."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread

from bijlighar.clock import clock
from bijlighar.run.vendor_folder import take_files, watching
from bijlighar.supply import service as supply
from bijlighar.supply.values import SupplyState
from bijlighar.vendors.values import Refused
from tests.vendors.test_commands import TAKE, TELL, due
from tests.vendors.test_readings import DELIVER
from tests.web.api.conftest import post

__all__ = ["due"]
PAGE = (
    Path(__file__).resolve().parents[2] / "docs" / "how-to" / "vendor-head-end.md"
).read_text(encoding="utf-8")
EXAMPLES = {
    f"{kind} {name}": body
    for kind, name, body in re.findall(
        r"<!-- (example|answer): (\w+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL
    )
}


@pytest.fixture
def server(place) -> Iterator[str]:
    """The product on a free port of this machine."""
    thread = LiveServerThread("localhost", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    yield f"http://localhost:{thread.port}"
    thread.terminate()


@pytest.mark.skipif(shutil.which("curl") is None, reason="install curl")
def test_the_commands_for_a_vendors_engineer_do_what_the_page_says(server, place, tmp_path):
    (tmp_path / "readings.json").write_text(EXAMPLES["example readings"])
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", EXAMPLES["example curl"]],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "SERVER": server,
            "CLIENT_ID": place.secret.client_id,
            "CLIENT_SECRET": place.secret.secret,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    readings, _, controls = done.stdout.partition('{"EndDeviceControl"')
    assert json.loads(readings)["Reply"] == json.loads(EXAMPLES["answer readings"])
    assert json.loads('{"EndDeviceControl"' + controls) == {"EndDeviceControl": []}
    described = json.loads((tmp_path / "openapi.json").read_text())["paths"]
    assert f"/api/v1{DELIVER}" in described


def test_the_message_of_readings_is_answered_as_written(place):
    said = json.loads(EXAMPLES["example readings"])
    reply = post(place.client, DELIVER, said, 200)["Reply"]
    assert reply == json.loads(EXAMPLES["answer readings"])


def test_the_command_is_taken_and_the_event_settles_it(due):
    taken = post(due.client, TAKE, json.loads(EXAMPLES["example take"]), 200)
    assert len(taken["EndDeviceControl"]) == 1
    due.set_clock(clock.now() + timedelta(seconds=50))
    said = json.loads(EXAMPLES["example events"])
    assert post(due.client, TELL, said, 200)["Reply"]["Result"] == "OK"
    state = supply.state_of(connection_id=due.asha.connection_id).state
    assert state is SupplyState.OFF


def test_the_file_is_taken_but_for_what_is_estimated(place, tmp_path):
    (tmp_path / "day.csv").write_text(EXAMPLES["example file"])
    with watching(tmp_path):
        (done,) = take_files(folder=tmp_path, vendor=place.vendor, ask_time=clock.now)
    with done.report.open(encoding="utf-8-sig", newline="") as sheet:
        codes = [row[:3] for row in csv.reader(sheet)]
    assert codes[1:] == [["4", "BIJ00001", "not_measured"], ["", "", "summary"]]


def test_every_code_of_a_reading_is_explained():
    of_commands = {
        Refused.UNKNOWN_COMMAND,
        Refused.UNSUPPORTED_EVENT_TYPE,
        Refused.TOO_OLD,
    }
    missing = [one for one in Refused if f"`{one.value}`" not in PAGE]
    assert set(missing) <= of_commands

"""An installation on one machine: its secrets, its folder, its ports, and what it says."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bijlighar.run import installation as installing
from bijlighar.run import live_demo
from bijlighar.run.cli import main
from bijlighar.run.installation import (
    SECRETS,
    FolderTrouble,
    Installation,
    environment,
    prepare_folder,
)
from bijlighar.run.live_demo import AlreadyRunning, PortBusy, insist_on_free, only_one
from bijlighar.run.postgres import DatabaseTrouble, start_postgres
from bijlighar.run.processes import ProcessEnded, Processes

NOBODY = 65_534
URL = "postgresql://postgres@/bijlighar"


@pytest.fixture
def town(tmp_path) -> Installation:
    folder = tmp_path / "town of a test"
    prepare_folder(folder)
    return Installation(folder=folder, web_port=8000, town_port=8001, homes=4, seed=7)


@contextmanager
def without_rights():
    """As somebody who is not root, whom the rights of files hold for."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def is_one_sentence(text: str) -> bool:
    return text.endswith(".") and "\n" not in text and not re.search(r"\. [A-Z]", text)


# Secrets


def test_secrets_are_made_once_and_nobody_else_can_read_them(town):
    first = environment(town, database_url=URL)
    assert environment(town, database_url=URL) == first
    file = town.folder / "secrets.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in town.folder.iterdir()] == ["secrets.json"]


def test_each_secret_is_256_random_bits_of_its_own(town, tmp_path):
    other = replace(town, folder=tmp_path / "another town")
    prepare_folder(other.folder)
    for one in (town, other):
        environment(one, database_url=URL)
    held = [
        secret
        for one in (town, other)
        for secret in json.loads((one.folder / "secrets.json").read_text()).values()
    ]
    assert len(held) == len(set(held)) == 2 * len(SECRETS)
    assert all(re.fullmatch(r"[0-9a-f]{64}", secret) for secret in held)


def test_a_half_made_file_of_secrets_is_made_again(town):
    (town.folder / "secrets.new").write_text("{")
    held = environment(town, database_url=URL)
    assert len(held["BIJLIGHAR_ROOT_KEY"]) == 64
    assert stat.S_IMODE((town.folder / "secrets.json").stat().st_mode) == 0o600


def test_the_environment_says_where_everything_is(town):
    held = environment(town, database_url=URL)
    assert held["DATABASE_URL"] == URL
    assert held["BIJLIGHAR_PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert held["BIJLIGHAR_GATEWAY_URL"] == "http://127.0.0.1:8001/gateway"
    assert held["BIJLIGHAR_SMS_URL"] == "http://127.0.0.1:8001/sms"
    assert held["BIJLIGHAR_CLOCK_FILE"] == str(town.folder / "clock.json")
    assert (held["BIJLIGHAR_TOWN_HOMES"], held["BIJLIGHAR_TOWN_SEED"]) == ("4", "7")
    assert all(isinstance(value, str) and value for value in held.values())


# The folder


def test_a_folder_is_made_with_all_above_it_and_left_empty(tmp_path):
    folder = tmp_path / "a" / "b" / "नगर"
    prepare_folder(folder)
    prepare_folder(folder)
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_with_the_way_out(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FolderTrouble) as trouble, without_rights():
            prepare_folder(tmp_path / "town")
    finally:
        tmp_path.chmod(0o700)
    assert "cannot be written: choose another folder with --data FOLDER." in str(
        trouble.value
    )
    assert is_one_sentence(str(trouble.value))


@pytest.mark.parametrize("below", ["", "town"])
def test_a_file_where_the_folder_should_be_is_told(tmp_path, below):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderTrouble, match="cannot be used") as trouble:
        prepare_folder(tmp_path / "file" / below)
    assert is_one_sentence(str(trouble.value))


def test_a_disk_that_is_nearly_full_is_told_before_anything_starts(tmp_path, monkeypatch):
    monkeypatch.setattr(installing, "LEAST_FREE_BYTES", 2**62)
    with pytest.raises(FolderTrouble, match="nearly full: free at least 300 MB"):
        prepare_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.ENOSPC, "The disk of /town is full"),
        (errno.EACCES, "/town cannot be written"),
        (errno.EROFS, "/town cannot be written"),
        (errno.EPERM, "/town cannot be written"),
        (errno.ENAMETOOLONG, "/town cannot be used: File name too long"),
        (errno.EIO, "/town cannot be used"),
    ],
)
def test_each_trouble_with_a_folder_is_one_sentence(number, why):
    error = OSError(number, os.strerror(number))
    told = installing._sentence(Path("/town"), error)
    assert why in told
    assert is_one_sentence(told)


def test_a_database_that_does_not_start_is_told_with_its_folder(tmp_path):
    broken = tmp_path / "postgres"
    broken.mkdir(mode=0o700)
    (broken / "PG_VERSION").write_text("7\n")
    (broken / "postgresql.conf").write_text("")
    with pytest.raises(DatabaseTrouble, match=re.escape(str(broken))):
        start_postgres(broken)


# Ports and the lock


@contextmanager
def listening():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_that_somebody_listens_on_is_told_with_the_way_out():
    with listening() as port, pytest.raises(PortBusy) as busy:
        insist_on_free(port)
    assert str(busy.value) == (
        f"Port {port} is busy: stop what uses it, or choose another one with"
        " PORT=8080 make run."
    )


def test_a_port_is_free_again_when_nobody_listens():
    with listening() as port:
        pass
    insist_on_free(port)


@pytest.mark.parametrize("port", [65_536, 70_000, -1])
def test_what_is_no_port_is_told_in_one_sentence(port):
    with pytest.raises(PortBusy, match=f"no port {port}") as refusal:
        insist_on_free(port)
    assert is_one_sentence(str(refusal.value))


def test_a_port_that_only_root_may_use_is_told():
    with without_rights():
        lowest = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text().strip()
        if int(lowest) <= 1:
            pytest.skip("any port may be used here by anybody")
        with pytest.raises(PortBusy, match="Port 1 cannot be used: Permission denied"):
            insist_on_free(1)


def test_only_one_town_lives_in_a_folder(tmp_path):
    with only_one(tmp_path):
        with (
            pytest.raises(AlreadyRunning, match="is running already") as refusal,
            only_one(tmp_path),
        ):
            pass
        assert is_one_sentence(str(refusal.value))
    with only_one(tmp_path):
        pass


DIES_WITH_THE_LOCK = """
import os, signal, sys
from pathlib import Path
from bijlighar.run.live_demo import only_one
with only_one(Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_town_that_was_killed_does_not_keep_its_folder(tmp_path):
    killed = subprocess.run([sys.executable, "-c", DIES_WITH_THE_LOCK, str(tmp_path)])
    assert killed.returncode == -signal.SIGKILL
    with only_one(tmp_path):
        pass


def test_the_signal_to_end_is_as_ctrl_c_and_afterwards_as_before():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), live_demo.stopping_gently():
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
    assert signal.getsignal(signal.SIGTERM) is before


# Processes


def test_a_process_that_ends_by_itself_is_told_with_its_last_lines(tmp_path):
    processes = Processes(environment={}, logs=tmp_path / "logs")
    processes.start("work", ["nonsense"])
    processes._children["work"].wait(timeout=20)
    with pytest.raises(ProcessEnded, match=r"process work ended .*\n(.*\n)*.*nonsense"):
        processes.check()
    processes.stop()
    processes.check()


# The command


def test_what_went_wrong_is_one_sentence_and_the_exit_code_is_1(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    told = CliRunner().invoke(main, ["demo", "--data", str(file / "town")])
    assert told.exit_code == 1
    assert told.stderr.startswith("bijlighar: ")
    assert is_one_sentence(told.stderr.strip())


@pytest.mark.parametrize("speed", ["-1", "36001", "fast", "1.5", ""])
def test_a_speed_that_makes_no_sense_is_refused(speed, tmp_path):
    told = CliRunner().invoke(main, ["demo", "--speed", speed, "--data", str(tmp_path)])
    assert told.exit_code == 2
    assert "whole number from 0 to 36000" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_command_explains_itself():
    told = CliRunner().invoke(main, ["--help"])
    assert told.exit_code == 0
    for name in ("demo", "serve", "work", "poll", "migrate"):
        assert name in told.stdout

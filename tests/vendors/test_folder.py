"""A vendor's CSV files in a folder: taken once, reported row by row, killed at any line."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.clock import clock
from bijlighar.kernel.ist import day_ends, day_starts, in_ist
from bijlighar.run.vendor_folder import (
    COLUMNS,
    FileDone,
    FolderTaken,
    _offered,
    _Refused,
    take_files,
    watching,
)
from bijlighar.vendors.service import HALF_HOUR, REGISTER
from tests.cast import STARTS_ON

DAYS = [STARTS_ON + timedelta(days=number) for number in range(8)]


def register(serial: str, day, wh: int) -> list[str]:
    return [serial, REGISTER, in_ist(day_ends(day)).isoformat(), str(wh)]


def write(path: Path, *rows: list[str], headings: tuple[str, ...] = COLUMNS) -> Path:
    part = path.with_suffix(".part")
    with part.open("w", newline="") as sheet:
        csv.writer(sheet).writerows([headings, *rows])
    return part.rename(path)


def report_of(done: FileDone) -> list[list[str]]:
    with done.report.open(encoding="utf-8-sig", newline="") as sheet:
        return list(csv.reader(sheet))[1:]


def kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from readings_registerreading where source = 'vendor')"
            " + (select coalesce(sum(cardinality(energies_wh)), 0)"
            "    from readings_blockreading where source = 'vendor')"
        )
        return int(cursor.fetchone()[0])


def run(place, folder: Path) -> list[FileDone]:
    with watching(folder):
        return list(take_files(folder=folder, vendor=place.vendor, ask_time=clock.now))


def test_good_rows_are_taken_and_wrong_ones_reported_by_number(place, tmp_path):
    serial = place.asha.meter_serial
    folder = tmp_path / "in"
    folder.mkdir()
    write(
        folder / "day.csv",
        register(serial, DAYS[0], 107_000),
        ["=HYPERLINK(1)", REGISTER, "2026-04-02T00:00:00+05:30", "1"],
        register(serial, DAYS[1], 90_000),
        [serial, REGISTER],
        register(serial, DAYS[2], 109_000),
    )
    (done,) = run(place, folder)
    assert (done.rows, done.taken, done.refused) == (5, 2, 3)
    assert [row[:3] for row in report_of(done)] == [
        ["3", "'=HYPERLINK(1)", "unknown_meter"],
        ["4", serial, "register_fell"],
        ["5", serial, "wrong_time"],
        ["", "", "summary"],
    ]
    assert done.path.parent.name == "done"
    assert list(folder.glob("*.csv")) == list((folder / "taking").iterdir()) == []
    assert kept() == 2

    (folder / "day.csv").write_bytes(done.path.read_bytes())
    (repeated,) = run(place, folder)
    assert (repeated.rows, repeated.path) == (0, done.path)
    assert not (folder / "day.csv").exists()
    assert len(report_of(repeated)) == 4

    write(folder / "day.csv", register(serial, DAYS[0], 107_000))
    (other,) = run(place, folder)
    assert (other.taken, other.known) == (0, 1)
    assert other.path != done.path


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "wrong_headings"),
        (b"meter,value\n1,2\n", "wrong_headings"),
        (b"meter_serial,reading_type,timestamp,value\n\xff\xfe,1,2,3\n", "not_utf8"),
        (b"PK\x03\x04\x00\x00\x00", "wrong_headings"),
    ],
)
def test_what_is_no_file_of_readings_is_refused_whole(place, tmp_path, content, code):
    (tmp_path / "odd.csv").write_bytes(content)
    (done,) = run(place, tmp_path)
    assert done.path.parent.name == "refused"
    assert [row[2] for row in report_of(done)] == [code]
    assert kept() == 0


def test_links_parts_and_other_files_are_left_alone(place, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("key")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.csv").symlink_to(secret)
    (folder / "half.csv.part").write_text("meter")
    (folder / ".hidden.csv").write_text("meter")
    assert run(place, folder) == []
    assert secret.read_text() == "key"


def test_two_never_watch_one_folder(tmp_path):
    with watching(tmp_path), pytest.raises(FolderTaken), watching(tmp_path):
        pass


def test_killed_at_any_line_the_next_one_goes_on(place, tmp_path):
    """`kill -9` while a file is half taken in: nothing twice, nothing lost."""
    rows = [register(place.asha.meter_serial, day, 101_000) for day in DAYS]
    start = day_starts(STARTS_ON)
    rows += [
        [
            home.meter_serial,
            HALF_HOUR,
            in_ist(start + timedelta(minutes=30) * (number + 1)).isoformat(),
            "10",
        ]
        for home in (place.asha, place.balram)
        for number in range(48 * 8)
    ]
    write(tmp_path / "many.csv", *rows)
    command = [
        sys.executable,
        "-c",
        "import bijlighar.run.vendor_folder as f, sys; f.ROWS_AT_ONCE = 20;"
        "from bijlighar.run.cli import main; main()",
    ]
    with connection.cursor() as cursor:
        cursor.execute("select current_database()")
        (database,) = cursor.fetchone()
    environment = {
        **os.environ,
        "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{database}",
    }
    arguments = ["vendor", "watch", str(tmp_path), "--vendor", "meterco", "--once"]
    seen = 0
    for _ in range(3):
        process = subprocess.Popen(
            [*command, *arguments],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while kept() <= seen and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        seen = kept()
        process.send_signal(signal.SIGKILL)
        process.wait()
    (done,) = run(place, tmp_path) or [None]
    assert kept() == len(rows)
    assert done is not None
    assert done.taken + done.known == len(rows)
    assert done.refused == 0


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_rows_or_refused_by_its_headings(text):
    try:
        found = list(_offered(io.StringIO(",".join(COLUMNS) + "\n" + text, newline="")))
    except _Refused as wrong:
        assert wrong.code == "wrong_headings"
    else:
        assert [int(one.place) for one in found] == sorted(int(o.place) for o in found)

"""`bijlighar claims`: a table, totals a funder, and a file for a spreadsheet."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bijlighar.clock import clock
from bijlighar.kernel.ist import day_starts
from bijlighar.run.cli import main
from tests.charges.test_claims import homes, put_right, use
from tests.charges.test_service import noon

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def in_june(monkeypatch, tmp_path) -> None:
    file = tmp_path / "clock.json"
    clock.set_anchor(file, town_at=day_starts(date(2026, 6, 15)), speed=0)
    monkeypatch.setenv(clock.CLOCK_FILE_VARIABLE, str(file))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["claims", *arguments])


def test_claims_and_corrections_are_shown_and_written(in_june, tmp_path: Path):
    (asha,) = homes(Asha="LMV-1.10B")
    use(asha, wh=4_000)
    put_right(asha, date(2026, 4, 30), 217_000, now=noon(date(2026, 5, 20)))
    file = tmp_path / "claims.csv"
    april, may = run("--month", "2026-04"), run("--month", "2026-05", "--csv", str(file))
    assert (april.exit_code, may.exit_code) == (0, 0), may.output
    assert "Government of Uttar Pradesh: ₹162.00" in april.stdout
    assert "Corrections of earlier months" in may.stdout
    assert "Government of Uttar Pradesh: ₹-4.05" in may.stdout
    with file.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["supply_month"], row["kind"], row["category"]) == (
        "2026-04",
        "correction",
        "LMV-1.10B",
    )
    assert (row["claimed_before_rupees"], row["holds_now_rupees"]) == ("162.00", "157.95")
    assert (row["amount_rupees"], row["units_kwh"]) == ("-4.05", "117.000")


def test_a_month_whose_books_are_open_says_so(in_june):
    told = run("--month", "2026-06")
    assert "The books of 2026-06 are open until 2026-07-11." in told.output
    assert "Nothing is to be claimed." in told.output


def test_a_month_is_asked_for_by_year_and_month():
    assert run("--month", "June").exit_code == 2
    assert "bijlighar claims --month 2026-10" in run("--help").output

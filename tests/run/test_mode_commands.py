"""`bijlighar mode change`: what would happen, what did, and who was left out and why."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bijlighar.clock import clock
from bijlighar.connections import service as connections
from bijlighar.connections.values import Home, PaymentMode
from bijlighar.ledger import service as ledger
from bijlighar.run.cli import main
from tests.cast import connect, new_connection
from tests.dues.conftest import hold
from tests.flow.turning import AUGUST, TURN, connect_many, noon, use_until

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def homes(monkeypatch, tmp_path) -> list[Home]:
    """Three postpaid homes, charged up to the turn, at its noon."""
    file = tmp_path / "clock.json"
    clock.set_anchor(file, town_at=noon(TURN), speed=0)
    monkeypatch.setenv(clock.CLOCK_FILE_VARIABLE, str(file))
    made = connect_many(3)
    use_until(made, TURN)
    return made


def run(*arguments: str, said: str | None = None) -> Result:
    command = ["mode", "change", "--to", "prepaid", "--from", f"{TURN}", *arguments]
    return CliRunner().invoke(main, command, input=said)


def prepaid(homes: list[Home]) -> list[bool]:
    facts = connections.facts_on(
        connection_ids=[home.connection_id for home in homes], day=TURN
    )
    return [facts[home.connection_id].payment_mode is PaymentMode.PREPAID for home in homes]


def test_a_dry_run_says_what_would_happen_and_changes_nothing(homes):
    before = ledger.count_transfers()
    told = run("--dry-run")
    assert told.exit_code == 0, told.output
    lines = dict(line.split("  ", 1) for line in told.stdout.splitlines())
    assert lines["would change"].strip() == "3"
    assert lines["owed"].strip().startswith("₹")
    assert (prepaid(homes), ledger.count_transfers()) == ([False] * 3, before)


def test_every_connection_changes_and_again_none(homes):
    hold(homes[2], 700_00, now=noon(AUGUST))
    first = run("--yes")
    assert first.exit_code == 0, first.output
    assert "changed                                3" in first.stdout
    assert prepaid(homes) == [True] * 3
    again = run("--yes")
    assert "in the mode already                    3" in again.stdout


def test_it_asks_before_it_is_done(homes):
    told = run(said="n\n")
    assert "Change 3 connections to prepaid from 2025-09-16?" in told.output
    assert told.exit_code == 1
    assert prepaid(homes) == [False] * 3
    assert run(said="y\n").exit_code == 0
    assert prepaid(homes) == [True] * 3


def test_some_are_named_by_number_or_by_a_file(homes, tmp_path: Path):
    file = tmp_path / "some.csv"
    file.write_text(
        f"name,consumer_number\nx,{homes[0].consumer_number}\ny, \n", encoding="utf-8-sig"
    )
    told = run("--yes", "--file", str(file), "--connection", homes[1].consumer_number)
    assert told.exit_code == 0, told.output
    assert prepaid(homes) == [True, True, False]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("number\n1\n", "has no column consumer_number"),
        ("consumer_number\n\n", "has no consumer number in it"),
        ("consumer_number\n999999\n", "no connection with the number 999999"),
    ],
)
def test_a_file_that_names_nobody_changes_nobody(homes, tmp_path, text, says):
    file = tmp_path / "wrong.csv"
    file.write_text(text, encoding="utf-8")
    told = run("--yes", "--file", str(file))
    assert (told.exit_code, prepaid(homes)) == (1, [False] * 3)
    assert says in told.output


def test_a_day_that_has_not_begun_is_told_in_one_sentence(homes):
    told = CliRunner().invoke(
        main, ["mode", "change", "--to", "prepaid", "--from", "2025-09-17", "--yes"]
    )
    assert told.exit_code == 1
    assert "bijlighar: 2025-09-17 has not begun" in told.output


def test_who_is_left_out_is_told_and_written_down(homes, tmp_path: Path):
    (late,) = connect_one_more()
    file = tmp_path / "rejected.csv"
    told = run("--yes", "--rejected", str(file))
    assert told.exit_code == 1
    assert f"{late.consumer_number}: " in told.output
    with file.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert row["consumer_number"] == late.consumer_number
    assert "not charged yet" in row["why"] or "no day" in row["why"]
    assert prepaid(homes) == [True] * 3


def connect_one_more() -> tuple[Home, ...]:
    """A home whose meter has told nothing."""
    new = new_connection("Asha", starts_on=AUGUST, payment_mode=PaymentMode.POSTPAID)
    return connect("Asha", new={"Asha": new})


def test_the_help_has_examples():
    told = CliRunner().invoke(main, ["mode", "change", "--help"])
    assert "bijlighar mode change --to postpaid --from 2026-06-01" in told.output

"""`bijlighar bills`: a month by hand, a trial of it, and a bill on paper."""

from __future__ import annotations

from datetime import date

import pytest
from click.testing import CliRunner

from bijlighar.bills.models import Bill
from bijlighar.clock import clock
from bijlighar.connections.values import PaymentMode
from bijlighar.run import bill_commands
from bijlighar.run.cli import main
from tests.bills.stories import MAY, home_of, morning, used
from tests.documents.pdf_text import pages_of

pytestmark = pytest.mark.usefixtures("committed_db", "stage")


@pytest.fixture
def stage(monkeypatch) -> None:
    """The first of May; logs and Django are set up by the tests."""
    monkeypatch.setattr(clock, "now", lambda: morning(MAY))
    monkeypatch.setattr(bill_commands, "set_up", lambda **_: None)


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["bills", *arguments])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def homes():
    asha = home_of("Asha", opening_paise=500_00)
    balram = home_of("Balram", mode=PaymentMode.POSTPAID)
    used(asha, MAY)
    used(balram, date(2026, 4, 17))
    return asha, balram


def test_a_month_is_billed_and_who_has_no_bill_is_named(homes):
    told = run("issue", "--month", "2026-04")
    assert "2026-04: 1 bill made; there already: 0." in told
    assert "150.00 units, ₹1,0" in told
    assert "7310000002: 2026-04-17 is not charged yet" in told
    told = run("issue", "--month", "2026-04", "--connection", "7310000001")
    assert "0 bills made; there already: 1." in told


def test_a_trial_keeps_nothing(homes):
    told = run("issue", "--month", "2026-04", "--dry-run")
    assert "1 bill would be made" in told
    assert Bill.objects.count() == 0


def test_a_month_that_has_not_ended_is_refused_in_a_sentence(homes):
    result = run("issue", "--month", "2026-05", "--connection", "7310000001", code=1)
    assert "No bill is made from 2026-05-01 until 2026-06-01" in result


def test_a_bill_is_written_in_the_language_asked_for(homes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("issue", "--month", "2026-04")
    number = Bill.objects.get().number
    assert run("pdf", number).strip() == f"{number}-hi.pdf"
    run("pdf", number, "--language", "en", "-o", "bill.pdf")
    for name in (f"{number}-hi.pdf", "bill.pdf"):
        assert pages_of((tmp_path / name).read_bytes()) == 1
    assert "There is no bill" in run("pdf", "NDVN-1", code=1)


@pytest.mark.parametrize("command", ["issue", "pdf"])
def test_the_help_has_examples(command):
    assert "Examples:" in run(command, "--help")

"""`bijlighar charges again`: what would be posted, what was, what the next bill says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from click.testing import CliRunner, Result

from bijlighar.bills.values import Bill, Moved
from bijlighar.charges.models import DayCharge
from bijlighar.clock import clock
from bijlighar.connections.values import Home
from bijlighar.flow.bill_month import bill_month
from bijlighar.kernel.money import format_rupees
from bijlighar.ledger import service as ledger
from bijlighar.run.cli import main
from tests.changed_orders import Change, changing
from tests.flow.turning import AUGUST, connect_many, noon, use_until, wealth

pytestmark = pytest.mark.usefixtures("committed_db")

SEPTEMBER, OCTOBER = date(2025, 9, 1), date(2025, 10, 1)
WHY = "FPPAS of August announced late"
SERIES = "up/fppas.yaml"


@pytest.fixture
def change() -> Iterator[Callable[[str, Change], None]]:
    with changing() as one:
        yield one


@pytest.fixture
def homes(monkeypatch, tmp_path) -> list[Home]:
    """Three homes, August and September charged, August billed; the time is October."""
    file = tmp_path / "clock.json"
    clock.set_anchor(file, town_at=noon(OCTOBER), speed=0)
    monkeypatch.setenv(clock.CLOCK_FILE_VARIABLE, str(file))
    made = connect_many(3)
    use_until(made, SEPTEMBER)
    billed(made, AUGUST)
    use_until(made, OCTOBER, first=SEPTEMBER)
    return made


def billed(homes: list[Home], month: date) -> tuple[Bill, ...]:
    ids = [home.connection_id for home in homes]
    made = bill_month(connection_ids=ids, first=month, now=clock.now())
    assert made.rejected == ()
    return made.bills


def run(*arguments: str, because: str = WHY, said: str | None = None) -> Result:
    command = ["charges", "again", "--from", f"{AUGUST}", "--because", because, *arguments]
    return CliRunner().invoke(main, command, input=said)


def charges_kept(home: Home) -> list[str]:
    """Why each version of the first day is kept."""
    kept = DayCharge.objects.filter(connection_id=home.connection_id, day=AUGUST)
    return list(kept.order_by("version").values_list("because", flat=True))


def dearer(text: str) -> str:
    return text.replace('percent: "0.24"', 'percent: "5.24"')


def told(result: Result) -> dict[str, str]:
    assert result.exit_code == 0, result.output
    lines = (line.rsplit(maxsplit=1) for line in result.stdout.splitlines())
    return {what.strip(): value for what, value in lines}


def test_a_month_that_was_billed_is_charged_again_and_the_next_bill_corrects_it(
    homes, change
):
    had = [wealth(home) for home in homes]
    change(SERIES, dearer)
    trial = told(run("--dry-run"))
    assert [wealth(home) for home in homes] == had
    done = told(run("--yes"))
    moved = [before - wealth(home) for home, before in zip(homes, had, strict=True)]
    assert min(moved) > 0
    assert done["charged more"] == f"₹{format_rupees(sum(moved))}"
    assert trial["would be charged more"] == done["charged more"]
    assert done["connections that come out otherwise"] == "3"
    assert done["days that come out otherwise"] == trial["days that come out otherwise"]
    made = billed(homes, SEPTEMBER)
    corrected = [
        {one.what: one.amount_paise for one in bill.adjustments}[Moved.EARLIER_DAYS]
        for bill in made
    ]
    assert [-paise for paise in corrected] == moved
    assert ledger.wrong_wallets() == ()


def test_put_back_nobody_has_lost_a_paisa_and_why_is_kept(homes, change):
    had = [wealth(home) for home in homes]
    change(SERIES, dearer)
    told(run("--yes"))
    change(SERIES, lambda text: f"{text}\n# read once more\n")
    back = told(run("--yes", because="it was wrong"))
    assert [wealth(home) for home in homes] == had
    assert back["charged more"] == "₹0.00"
    whys = charges_kept(homes[0])
    assert whys == ["first", WHY, "it was wrong"]
    assert told(run("--yes"))["days that come out otherwise"] == "0"


def test_only_who_is_named_or_of_the_category(homes, change):
    change(SERIES, dearer)
    had = [wealth(home) for home in homes]
    assert (
        told(run("--yes", "--category", "LMV-2.20"))["days that come out otherwise"] == "0"
    )
    told(run("--yes", "--connection", homes[1].consumer_number))
    moved = [before != wealth(home) for home, before in zip(homes, had, strict=True)]
    assert moved == [False, True, False]


def test_who_does_not_say_yes_changes_nothing(homes, change):
    change(SERIES, dearer)
    had = [wealth(home) for home in homes]
    asked = run(said="n\n")
    assert asked.exit_code == 1
    assert "Charge 3 connections again from August 2025 on?" in asked.output
    assert [wealth(home) for home in homes] == had


@pytest.mark.parametrize("why", ["", "   ", "x" * 121])
def test_without_a_reason_nothing_is_done(why):
    refused = run("--yes", because=why)
    assert refused.exit_code == 2
    assert "Say why in 1 to 120 characters." in refused.output

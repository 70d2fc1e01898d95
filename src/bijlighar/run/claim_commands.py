"""`bijlighar claims`: what governments owe for a month's reliefs, as a table or a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bijlighar.run.by_hand import set_up

if TYPE_CHECKING:
    from bijlighar.charges.values import Claim, Claims

COLUMNS = (
    "supply_month",
    "kind",
    "funder",
    "state",
    "discom",
    "category",
    "for",
    "order",
    "head",
    "connections",
    "units_kwh",
    "claimed_before_rupees",
    "holds_now_rupees",
    "amount_rupees",
)


@click.command()
@click.option(
    "--month",
    "asked",
    required=True,
    type=click.DateTime(["%Y-%m"]),
    help="Of the supply days, as 2026-10.",
)
@click.option(
    "--csv",
    "file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write every line to this file, for a spreadsheet.",
)
def claims(asked: datetime, file: Path | None) -> None:
    """What each government owes for a month's reliefs, and corrections of earlier months.

    A month's books close ten days after it has ended; drawn later, its claim stays the
    same, and what is known only then is a correction in the claim of a later month.

    \b
    Examples:
      bijlighar claims --month 2026-10
      bijlighar claims --month 2026-10 --csv claims-2026-10.csv
    """
    set_up()
    from bijlighar.charges import service as charges
    from bijlighar.clock import clock

    found = charges.claims(month=asked.date())
    if clock.now() < found.closes_at:
        click.echo(f"The books of {asked:%Y-%m} are open until {_day(found)}.", err=True)
    print_claims(found)
    if file is not None:
        count = write_claims(found, file)
        click.echo(f"{count} line{'' if count == 1 else 's'} in {file}.")


def print_claims(found: Claims) -> None:
    """A table of the month's own claims, one of corrections, and a total a funder."""
    if not found.claims and not found.corrections:
        click.echo("Nothing is to be claimed.")
        return
    _print("Claims", found.claims)
    _print("Corrections of earlier months", found.corrections)
    from bijlighar.kernel.money import format_rupees

    for funder, paise in totals_of(found).items():
        click.echo(f"{funder}: ₹{format_rupees(paise)}")


def totals_of(found: Claims) -> dict[str, int]:
    """Paise by funder, corrections included."""
    totals: dict[str, int] = {}
    for one in (*found.claims, *found.corrections):
        totals[one.funder] = totals.get(one.funder, 0) + one.amount_paise
    return totals


def write_claims(found: Claims, file: Path) -> int:
    """Write every line; how many they are."""
    from bijlighar.kernel.spreadsheet import cell_text

    lines = [("claim", one) for one in found.claims]
    lines += [("correction", one) for one in found.corrections]
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for kind, one in lines:
            writer.writerow([cell_text(value) for value in _cells(kind, one)])
    return len(lines)


def _cells(kind: str, one: Claim) -> tuple[object, ...]:
    return (
        f"{one.month:%Y-%m}",
        kind,
        one.funder,
        one.state,
        one.discom,
        one.category,
        one.eligible,
        one.order_en,
        one.head,
        one.connections,
        _units(one.energy_wh),
        _rupees(one.claimed_before_paise),
        _rupees(one.holds_now_paise),
        _rupees(one.amount_paise),
    )


def _print(title: str, claims: Sequence[Claim]) -> None:
    from rich.console import Console
    from rich.table import Table

    from bijlighar.kernel.money import format_rupees

    if not claims:
        return
    table = Table(title=title, box=None, header_style="", title_justify="left")
    for name in ("month", "funder", "state", "category", "head"):
        table.add_column(name, no_wrap=name != "funder")
    for name in ("homes", "units", "before ₹", "now ₹", "claim ₹"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in claims:
        table.add_row(
            f"{one.month:%Y-%m}",
            one.funder,
            one.state,
            one.category,
            one.head,
            f"{one.connections}",
            f"{_units(one.energy_wh)}",
            format_rupees(one.claimed_before_paise),
            format_rupees(one.holds_now_paise),
            format_rupees(one.amount_paise),
        )
    console = Console(highlight=False)
    console.print(table)
    console.print()


def _units(energy_wh: int) -> object:
    from decimal import Decimal

    return Decimal(energy_wh).scaleb(-3)


def _rupees(paise: int) -> object:
    from decimal import Decimal

    return Decimal(paise).scaleb(-2)


def _day(found: Claims) -> date:
    from bijlighar.kernel.ist import in_ist

    return in_ist(found.closes_at).date()

"""`bijlighar bills`: a month's bills made by hand, and any bill printed."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bijlighar.run.by_hand import MOST_TOLD, in_parts, named, numbers_of, rupees, set_up

if TYPE_CHECKING:
    from bijlighar.bills.values import Issued, NotBilled
    from bijlighar.documents.values import Language

PART = 500
"""Connections whose bills are made in one transaction."""


@click.group()
def bills() -> None:
    """Monthly bills: issue and print them."""


@bills.command()
@click.option(
    "--month",
    "asked",
    required=True,
    type=click.DateTime(["%Y-%m"]),
    help="The month that is billed, as 2026-10.",
)
@click.option(
    "--connection",
    "numbers",
    multiple=True,
    help="A consumer number; may be repeated.  [default: all without a bill]",
)
@click.option("--dry-run", "is_trial", is_flag=True, help="Say what would come out, only.")
def issue(asked: datetime, numbers: tuple[str, ...], is_trial: bool) -> None:
    """Make the bills of a month that has ended, as the worker does on the 1st.

    Safe to repeat: what is billed is not billed again. A connection with a day that is not
    charged yet gets no bill and is named.

    \b
    Examples:
      bijlighar bills issue --month 2026-10
      bijlighar bills issue --month 2026-10 --dry-run
      bijlighar bills issue --month 2026-10 --connection 7310000001
    """
    set_up(level=logging.ERROR)
    from bijlighar.clock import clock

    first = asked.date()
    ids = _connections(numbers, first)
    done = list(_issued(ids, first, clock.now(), is_trial=is_trial))
    _tell(done, first, is_trial=is_trial)


@bills.command()
@click.argument("number")
@click.option(
    "--language",
    type=click.Choice(["hi", "en"]),
    default="hi",
    show_default=True,
)
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Where to write it.  [default: NUMBER-LANGUAGE.pdf here]",
)
def pdf(number: str, language: Language, file: Path | None) -> None:
    """Write a bill as one page of PDF.

    \b
    Examples:
      bijlighar bills pdf NDVN-202610-7310000001-1
      bijlighar bills pdf NDVN-202610-7310000001-1 --language en -o bill.pdf
    """
    set_up(level=logging.ERROR)
    from bijlighar.bills import service

    written = file or Path(f"{number}-{language}.pdf")
    written.write_bytes(service.pdf(number=number, language=language))
    click.echo(str(written))


def _connections(numbers: Sequence[str], first: date) -> list[int]:
    from bijlighar.bills import service
    from bijlighar.connections import service as connections
    from bijlighar.kernel.ist import next_month_starts

    if numbers:
        return [
            connections.home_of(consumer_number=number).connection_id for number in numbers
        ]
    return list(service.unbilled(until=next_month_starts(first)))


def _issued(
    ids: Sequence[int], first: date, now: datetime, *, is_trial: bool
) -> Iterator[Issued]:
    """What each part of the connections brought; a bar tells how far it is."""
    for part in in_parts(ids, "billing", size=PART):
        yield _part(part, first, now, is_trial=is_trial)


def _part(ids: Sequence[int], first: date, now: datetime, *, is_trial: bool) -> Issued:
    from django.db import transaction

    from bijlighar.bills import service
    from bijlighar.flow.bill_month import bill_month
    from bijlighar.kernel.ist import next_month_starts

    if not is_trial:
        return bill_month(connection_ids=ids, first=first, now=now)
    with transaction.atomic(durable=True):
        issued = service.issue(
            connection_ids=ids, first=first, until=next_month_starts(first), now=now
        )
        transaction.set_rollback(True)
    return issued


def _tell(done: Sequence[Issued], first: date, *, is_trial: bool) -> None:
    from bijlighar.kernel.energy import format_kwh

    made = [bill for one in done for bill in one.bills if bill.number in one.new]
    there = sum(len(one.bills) for one in done) - len(made)
    rejected = [refused for one in done for refused in one.rejected]
    would = " would be made" if is_trial else " made"
    bills_made = "1 bill" if len(made) == 1 else f"{len(made)} bills"
    click.echo(f"{first:%Y-%m}: {bills_made}{would}; there already: {there}.")
    click.echo(
        f"{format_kwh(sum(bill.energy_wh for bill in made))} units, "
        f"{rupees(sum(bill.charges_paise for bill in made))} charged, "
        f"of that true-up {rupees(sum(bill.true_up_paise for bill in made))}; "
        f"{rupees(sum(bill.payable_paise for bill in made))} to be paid."
    )
    if rejected:
        _tell_rejected(rejected)


def _tell_rejected(rejected: Sequence[NotBilled]) -> None:
    shown = rejected[:MOST_TOLD]
    numbers = numbers_of([one.connection_id for one in shown])
    click.echo(f"{len(rejected)} without a bill:")
    for one in shown:
        click.echo(f"  {named(numbers, one.connection_id)}: {one.error}")
    if len(rejected) > len(shown):
        click.echo(f"  and {len(rejected) - len(shown)} more")

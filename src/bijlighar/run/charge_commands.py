"""`bijlighar charges again`: an order that became known late is followed backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bijlighar.run.by_hand import (
    MOST_TOLD,
    in_parts,
    named,
    numbers_of,
    rupees,
    set_up,
    wanted,
)

if TYPE_CHECKING:
    from bijlighar.charges.values import ChargedDays, NotCharged

PART = 500
"""Connections that are charged again in one transaction."""
LONGEST_WHY = 120


@dataclass(frozen=True, slots=True)
class ChargedAgain:
    """What charging again brought: days that came out otherwise, and what was posted."""

    connections: int
    days: int
    dearer_paise: int
    cheaper_paise: int
    rejected: tuple[NotCharged, ...]


@click.group()
def charges() -> None:
    """Charged days: rate them once more by what is known now."""


@charges.command()
@click.option(
    "--from",
    "asked",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="A day of the first month that may have come out wrong.",
)
@click.option(
    "--because",
    required=True,
    help='Why, as it is kept with each day: "FPPAS of May announced on 9 June".',
)
@click.option("--category", help="Only connections that are or were of this category.")
@click.option(
    "--connection", "numbers", multiple=True, help="A consumer number; may be repeated."
)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV file with a column consumer_number.",
)
@click.option("--dry-run", "is_trial", is_flag=True, help="Say what would be posted, only.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask before it is done.")
def again(
    asked: datetime,
    because: str,
    category: str | None,
    numbers: tuple[str, ...],
    file: Path | None,
    is_trial: bool,
    is_sure: bool,
) -> None:
    """Rate charged days again and post the difference, whichever sign it has.

    For an order, a surcharge or a rebate that became known after its days were charged: the
    month that runs follows by itself each night, months that have ended only by this.
    Days that come out as they were stay as they are. What was billed stays billed: the
    next bill shows the difference as a correction of earlier bills. Safe to repeat and to
    stop half-way.

    \b
    Examples:
      bijlighar charges again --from 2026-05-01 --because "FPPAS of May came late" --dry-run
      bijlighar charges again --from 2026-05-01 --because "FPPAS of May came late" \\
          --category LMV-1.10B --yes
      bijlighar charges again --from 2026-05-01 --because "wrong load" \\
          --connection 7310000001
    """
    why = because.strip()
    if not why or len(why) > LONGEST_WHY:
        raise click.BadParameter(
            f"Say why in 1 to {LONGEST_WHY} characters.", param_hint="--because"
        )
    set_up()
    ids = wanted(numbers, file, category=category)
    if not is_trial and not is_sure:
        click.confirm(
            f"Charge {len(ids)} connections again from {asked:%B %Y} on?", abort=True
        )
    done = charge_in_parts(ids, first=asked.date(), because=why, is_trial=is_trial)
    tell(done, is_trial=is_trial)
    if done.rejected:
        raise SystemExit(1)


def charge_in_parts(
    ids: Sequence[int], *, first: date, because: str, is_trial: bool
) -> ChargedAgain:
    """Charge part after part again, each in a transaction of its own."""
    moved: dict[int, int] = {}
    days = 0
    rejected: list[NotCharged] = []
    for part in in_parts(ids, "trying" if is_trial else "charging", size=PART):
        done = _part(part, first=first, because=because, is_trial=is_trial)
        days += sum(len(one) for one in done.days.values())
        rejected += done.rejected
        moved |= done.paise
    return ChargedAgain(
        connections=len(moved),
        days=days,
        dearer_paise=sum(paise for paise in moved.values() if paise > 0),
        cheaper_paise=-sum(paise for paise in moved.values() if paise < 0),
        rejected=tuple(rejected),
    )


def tell(done: ChargedAgain, *, is_trial: bool) -> None:
    """Counts and rupees, and whose days could not be charged again."""
    would = "would be " if is_trial else ""
    lines = [
        ("connections that come out otherwise", f"{done.connections}"),
        ("days that come out otherwise", f"{done.days}"),
        (f"{would}charged more", rupees(done.dearer_paise)),
        (f"{would}given back", rupees(done.cheaper_paise)),
        ("not charged again", f"{len(done.rejected)}"),
    ]
    for what, value in lines:
        click.echo(f"{what:<37}{value:>18}")
    shown = done.rejected[:MOST_TOLD]
    numbers = numbers_of([one.connection_id for one in shown])
    for one in shown:
        click.echo(f"{named(numbers, one.connection_id)}: {one.error}", err=True)
    if len(done.rejected) > len(shown):
        click.echo(f"and {len(done.rejected) - len(shown)} more", err=True)


def _part(ids: Sequence[int], *, first: date, because: str, is_trial: bool) -> ChargedDays:
    from django.db import transaction

    from bijlighar.charges import service
    from bijlighar.clock import clock
    from bijlighar.flow.close_day import charge_again

    if not is_trial:
        return charge_again(
            connection_ids=ids, first=first, because=because, now=clock.now()
        )
    with transaction.atomic(durable=True):
        done = service.charge_again(
            connection_ids=ids, first=first, because=because, now=clock.now()
        )
        transaction.set_rollback(True)
    return done

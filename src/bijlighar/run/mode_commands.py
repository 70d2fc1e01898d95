"""`bijlighar mode`: connections change between prepaid and postpaid, many at once."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bijlighar.kernel.errors import BijligharError

if TYPE_CHECKING:
    from bijlighar.flow.change_mode import ModeChanged

MOST_TOLD = 20
"""Rejected connections that are named on the screen; a file names all of them."""
NUMBER_COLUMN = "consumer_number"


class NoNumbers(BijligharError):
    """The file has no column `consumer_number`, or no number in it."""


@click.group()
def mode() -> None:
    """Prepaid and postpaid: a dated fact of each connection, changed in bulk."""


@mode.command()
@click.option("--to", type=click.Choice(["prepaid", "postpaid"]), required=True)
@click.option(
    "--from",
    "from_day",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="The first day in the new mode; the days before it must be charged.",
)
@click.option(
    "--connection", "numbers", multiple=True, help="A consumer number; may be repeated."
)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV file with a column consumer_number.",
)
@click.option("--dry-run", "is_trial", is_flag=True, help="Say what would happen, only.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask before it is done.")
@click.option(
    "--rejected",
    "rejected_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write who was not changed, and why, to this CSV file.",
)
def change(
    to: str,
    from_day: datetime,
    numbers: tuple[str, ...],
    file: Path | None,
    is_trial: bool,
    is_sure: bool,
    rejected_file: Path | None,
) -> None:
    """Change the payment mode from a day on: settled, billed and charged again at once.

    Without --connection or --file every connection changes. To prepaid, deposits pay
    dues; what is over is credit, what is missing is paid by a share of each recharge. To
    postpaid, credit stays, and dues and the deposit come in instalments. Stopped half-way,
    it goes on where it stopped when it is started again.

    \b
    Examples:
      bijlighar mode change --to postpaid --from 2026-06-01 --dry-run
      bijlighar mode change --to postpaid --from 2026-06-01 --yes
      bijlighar mode change --to prepaid --from 2026-06-01 --connection 7310000001
      bijlighar mode change --to prepaid --from 2026-06-01 --file area-12.csv
    """
    _set_up()
    day = from_day.date()
    ids = wanted(numbers, file)
    if not is_trial and not is_sure:
        click.confirm(f"Change {len(ids)} connections to {to} from {day}?", abort=True)
    done = change_in_parts(ids, to=to, from_day=day, is_trial=is_trial)
    names = _names_of(done)
    tell(done, names, is_trial=is_trial)
    if rejected_file is not None:
        write_rejected(done, names, rejected_file)
    if done.rejected:
        raise SystemExit(1)


def wanted(numbers: Sequence[str], file: Path | None) -> tuple[int, ...]:
    """The connections that are asked for; all, where none is named.

    Raises connections.UnknownConsumer, NoNumbers.
    """
    from bijlighar.connections import service as connections

    asked = {*numbers, *(_numbers_in(file) if file is not None else ())}
    if not asked:
        return connections.ids()
    homes = (connections.home_of(consumer_number=number) for number in sorted(asked))
    return tuple(sorted(home.connection_id for home in homes))


def change_in_parts(
    ids: Sequence[int], *, to: str, from_day: date, is_trial: bool
) -> ModeChanged:
    """Change part after part; a person at a terminal sees how far it is."""
    from bijlighar.clock import clock
    from bijlighar.connections.values import PaymentMode
    from bijlighar.flow.change_mode import ModeChanged, change_mode

    done = ModeChanged(changed=(), unchanged=(), rejected=())
    for part in _with_progress(ids, "trying" if is_trial else "changing"):
        more = change_mode(
            connection_ids=part,
            to=PaymentMode(to),
            from_day=from_day,
            now=clock.now(),
            is_trial=is_trial,
        )
        done = ModeChanged(
            changed=done.changed + more.changed,
            unchanged=done.unchanged + more.unchanged,
            rejected=done.rejected + more.rejected,
        )
    return done


def tell(done: ModeChanged, names: dict[int, str], *, is_trial: bool) -> None:
    """Counts and rupees, and who was not changed."""
    changed = done.changed
    lines = [
        ("would change" if is_trial else "changed", f"{len(changed)}"),
        ("in the mode already", f"{len(done.unchanged)}"),
        ("not changed", f"{len(done.rejected)}"),
        ("owed", _rupees(sum(one.owed_paise for one in changed))),
        ("paid by deposits", _rupees(sum(one.deposit_used_paise for one in changed))),
        ("credited of deposits", _rupees(sum(one.credited_paise for one in changed))),
        ("to be paid in parts", _rupees(sum(one.planned_paise for one in changed))),
        ("deposits asked for", _rupees(sum(one.deposit_asked_paise for one in changed))),
    ]
    for what, value in lines:
        click.echo(f"{what:<22}{value:>18}")
    for one in done.rejected[:MOST_TOLD]:
        name = names.get(one.connection_id, f"connection {one.connection_id}")
        click.echo(f"{name}: {one.error}", err=True)
    more = len(done.rejected) - MOST_TOLD
    if more > 0:
        click.echo(f"and {more} more: --rejected FILE names all of them.", err=True)


def write_rejected(done: ModeChanged, names: dict[int, str], file: Path) -> None:
    """Who was not changed and why; a file to start again with."""
    from bijlighar.kernel.spreadsheet import cell_text

    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([NUMBER_COLUMN, "why"])
        for one in done.rejected:
            number = names.get(one.connection_id, "")
            writer.writerow([cell_text(number), cell_text(one.error)])


def _names_of(done: ModeChanged) -> dict[int, str]:
    """The consumer numbers of those that were rejected, where they have a meter."""
    from bijlighar.connections import service as connections

    ids = [one.connection_id for one in done.rejected]
    homes = connections.homes(connection_ids=ids)
    return {home.connection_id: home.consumer_number for home in homes}


def _numbers_in(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if NUMBER_COLUMN not in (reader.fieldnames or ()):
            raise NoNumbers(f"{file} has no column {NUMBER_COLUMN}.")
        numbers = [row[NUMBER_COLUMN].strip() for row in reader if row[NUMBER_COLUMN]]
    if not any(numbers):
        raise NoNumbers(f"{file} has no consumer number in it.")
    yield from (number for number in numbers if number)


def _with_progress(ids: Sequence[int], what: str) -> Iterator[Sequence[int]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from bijlighar.flow.change_mode import PART

    console = Console(stderr=True)
    with Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task(what, total=len(ids))
        for first in range(0, len(ids), PART):
            part = ids[first : first + PART]
            yield part
            progress.advance(task, len(part))


def _rupees(paise: int) -> str:
    from bijlighar.kernel.money import format_rupees

    return f"₹{format_rupees(paise)}"


def _set_up() -> None:
    """Become a process of the installation that the environment describes."""
    from bijlighar.run.logs import write_logs

    write_logs()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bijlighar.project.settings")
    import django

    django.setup()

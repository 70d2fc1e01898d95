"""`bijlighar mode`: connections change between prepaid and postpaid, many at once."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bijlighar.run.by_hand import (
    MOST_TOLD,
    NUMBER_COLUMN,
    in_parts,
    named,
    numbers_of,
    rupees,
    set_up,
    wanted,
)

if TYPE_CHECKING:
    from bijlighar.flow.change_mode import ModeChanged


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
    set_up()
    day = from_day.date()
    ids = wanted(numbers, file)
    if not is_trial and not is_sure:
        click.confirm(f"Change {len(ids)} connections to {to} from {day}?", abort=True)
    done = change_in_parts(ids, to=to, from_day=day, is_trial=is_trial)
    named_by = numbers_of([one.connection_id for one in done.rejected])
    tell(done, named_by, is_trial=is_trial)
    if rejected_file is not None:
        write_rejected(done, named_by, rejected_file)
    if done.rejected:
        raise SystemExit(1)


def change_in_parts(
    ids: Sequence[int], *, to: str, from_day: date, is_trial: bool
) -> ModeChanged:
    """Change part after part; a person at a terminal sees how far it is."""
    from bijlighar.clock import clock
    from bijlighar.connections.values import PaymentMode
    from bijlighar.flow.change_mode import PART, ModeChanged, change_mode

    done = ModeChanged(changed=(), unchanged=(), rejected=())
    for part in in_parts(ids, "trying" if is_trial else "changing", size=PART):
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


def tell(done: ModeChanged, numbers: dict[int, str], *, is_trial: bool) -> None:
    """Counts and rupees, and who was not changed."""
    changed = done.changed
    lines = [
        ("would change" if is_trial else "changed", f"{len(changed)}"),
        ("in the mode already", f"{len(done.unchanged)}"),
        ("not changed", f"{len(done.rejected)}"),
        ("owed", rupees(sum(one.owed_paise for one in changed))),
        ("paid by deposits", rupees(sum(one.deposit_used_paise for one in changed))),
        ("credited of deposits", rupees(sum(one.credited_paise for one in changed))),
        ("to be paid in parts", rupees(sum(one.planned_paise for one in changed))),
        ("deposits asked for", rupees(sum(one.deposit_asked_paise for one in changed))),
    ]
    for what, value in lines:
        click.echo(f"{what:<22}{value:>18}")
    for one in done.rejected[:MOST_TOLD]:
        click.echo(f"{named(numbers, one.connection_id)}: {one.error}", err=True)
    more = len(done.rejected) - MOST_TOLD
    if more > 0:
        click.echo(f"and {more} more: --rejected FILE names all of them.", err=True)


def write_rejected(done: ModeChanged, numbers: dict[int, str], file: Path) -> None:
    """Who was not changed and why; a file to start again with."""
    from bijlighar.kernel.spreadsheet import cell_text

    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([NUMBER_COLUMN, "why"])
        for one in done.rejected:
            number = numbers.get(one.connection_id, "")
            writer.writerow([cell_text(number), cell_text(one.error)])

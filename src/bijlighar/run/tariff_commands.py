"""`bijlighar tariffs`: orders listed, shown and checked, and any bill priced by them.

None of these commands needs a database or Django: a person with a printed bill, or the
author of an order file, runs them as they are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from itertools import chain, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from bijlighar.kernel.errors import BijligharError

if TYPE_CHECKING:
    from rich.console import Console

    from bijlighar.tariffs.asking import Question, QuestionRefused
    from bijlighar.tariffs.card import Row
    from bijlighar.tariffs.pricing import Priced
    from bijlighar.tariffs.values import Order, Schedule

BATCH = 5_000
"""So many lines of a stream are rated together."""
LONGEST_OBJECT = 1_000_000
"""Bytes; one object over many lines is not longer."""
_FIELD_WIDTH = 22

_on = click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only what is in force on this day.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="JSON for programs.")


class UnknownName(BijligharError):
    """No category and no order file has this name."""


class _WithFields(click.Command):
    """The help ends with the list of fields."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from bijlighar.tariffs.asking import FIELDS

        with formatter.section("Fields"):
            formatter.write_dl(list(FIELDS.items()), col_max=_FIELD_WIDTH)


@click.group()
def tariffs() -> None:
    """Tariff orders: list, show and check them, and price any bill."""


@tariffs.command("list")
@click.option("--state", help="Only orders of this state's code.")
@_on
@_as_json
def list_(state: str | None, on: datetime | None, as_json: bool) -> None:
    """Every category of every order that is shipped.

    \b
    Examples:
      bijlighar tariffs list
      bijlighar tariffs list --on 2026-04-03
    """
    from bijlighar.tariffs.card import lowest_confidence
    from bijlighar.tariffs.orders import catalogue

    rows = [
        {
            "category": schedule.category,
            "name_en": schedule.name.en,
            "name_hi": schedule.name.hi,
            "eligible": schedule.eligible.text,
            "state": order.state,
            "in_force_from": order.in_force_from.isoformat(),
            "in_force_until": order.in_force_until and order.in_force_until.isoformat(),
            "order_en": order.name.en,
            "order_hi": order.name.hi,
            "file": order.file,
            "sha256": order.sha256,
            "lowest_confidence": lowest_confidence(schedule).value,
        }
        for order, schedule in _chosen(catalogue(), state=state, on=_day(on))
    ]
    if as_json:
        _write_json(rows)
    else:
        _print_list(rows)


@tariffs.command()
@click.argument("name")
@_on
@_as_json
def show(name: str, on: datetime | None, as_json: bool) -> None:
    """A tariff card: every value of a category or order file, with source and confidence.

    NAME is a category, as LMV-1.10B, or an order file, as up/lmv-1-urban-2026-07-02.yaml.
    Of a category the order in force today is shown, or on the day of --on.

    \b
    Examples:
      bijlighar tariffs show LMV-1.10B
      bijlighar tariffs show LMV-1.10B --on 2026-04-03
    """
    day = _day(on)
    cards = _cards_of(name, day)
    if as_json:
        _write_json([_card_json(order, schedule, day) for order, schedule in cards])
        return
    console = _console()
    for order, schedule in cards:
        _print_card(console, order, schedule, day)


@tariffs.command()
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Say all that is wrong with order files, alone and beside the shipped ones.

    Without FILES the shipped ones are checked. A series of percentages is a file whose
    name begins with fppas. The exit code is 1 if anything is wrong.

    \b
    Examples:
      bijlighar tariffs check
      bijlighar tariffs check my-order.yaml
    """
    from bijlighar.tariffs.checking import check_files, packaged_files

    asked = files or packaged_files()
    found = check_files(asked)
    for finding in found:
        click.echo(str(finding))
    if found:
        raise SystemExit(1)
    click.echo(f"{len(asked)} file{'s' if len(asked) > 1 else ''}, nothing wrong.")


@tariffs.command(cls=_WithFields)
@click.option(
    "--explain", type=click.Choice(["en", "hi"]), help="A slip to read instead of JSON."
)
@click.option("--totals", is_flag=True, help="Leave the lines out: many times faster.")
@click.option(
    "--order",
    "file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="An order file that is not shipped; prices come from it alone.",
)
@click.option("--allow-future", is_flag=True, help="Days after today may be asked about.")
def price(explain: str | None, totals: bool, file: Path | None, allow_future: bool) -> None:
    """Price what stands on the input: one JSON object, or one on each line.

    Each is answered by one line of JSON. A wrong one is answered by {"line": …,
    "error": {"field": …, "message": …}}; the exit code is then 1 at the end.

    \b
    Examples:
      echo '{"category": "LMV-1.10B", "day": "2026-04-03", "units_kwh": 150,
             "sanctioned_load_kw": 2}' | bijlighar tariffs price --explain en
      bijlighar tariffs price --totals < many.jsonl > priced.jsonl
    """
    from bijlighar.tariffs.checking import load_alone

    orders = None if file is None else [load_alone(file)]
    today = None if allow_future else _today()
    failed = is_any = False
    for lines in _batches(_questions(sys.stdin.buffer)):
        is_any = True
        answers = _answers(lines, orders, today, with_lines=not totals)
        failed |= any(isinstance(answer, BijligharError) for _, answer in answers)
        click.echo("\n".join(_told(line, answer, explain) for line, answer in answers))
    if not is_any:
        raise click.UsageError("there is nothing on the input: give a JSON object")
    if failed:
        raise SystemExit(1)


def _questions(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each object with the number of its line; one object may go over many lines.

    It does where the first line is no whole object, but the input is.
    """
    head = source.readline()
    if not _is_json(head):
        head += source.read(LONGEST_OBJECT)
        if _is_json(head):
            yield 1, head
            return
    *whole, last = head.split(b"\n")
    rest = iter(source.readline, b"")
    for number, line in enumerate(chain(whole, [last + next(rest, b"")], rest), 1):
        if line.strip():
            yield number, line


def _is_json(text: bytes) -> bool:
    from bijlighar.tariffs.asking import QuestionRefused, read_json

    try:
        read_json(text)
    except QuestionRefused:
        return False
    return True


def _batches(lines: Iterator[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _answers(
    lines: Sequence[tuple[int, bytes]],
    orders: Sequence[Order] | None,
    today: date | None,
    *,
    with_lines: bool,
) -> list[tuple[int, Priced | QuestionRefused]]:
    """Line numbers and answers, in the order of the lines."""
    from bijlighar.tariffs.asking import QuestionRefused, question_from, read_json
    from bijlighar.tariffs.pricing import price_all

    asked: list[Question] = []
    refused: dict[int, QuestionRefused] = {}
    for number, line in lines:
        try:
            asked.append(question_from(read_json(line), today=today))
        except QuestionRefused as error:
            refused[number] = error
    priced = iter(price_all(asked, orders=orders, with_lines=with_lines))
    return [(number, refused.get(number) or next(priced)) for number, _ in lines]


def _told(line: int, answer: Priced | QuestionRefused, explain: str | None) -> str:
    from bijlighar.tariffs.asking import QuestionRefused
    from bijlighar.tariffs.pricing import as_json

    if isinstance(answer, QuestionRefused):
        if explain:
            return f"line {line}: {answer}"
        told = {"field": answer.field, "message": answer.reason}
        return json.dumps({"line": line, "error": told}, ensure_ascii=False)
    if explain:
        from bijlighar.run.tariff_slip import slip

        return slip(answer, explain)
    return json.dumps(as_json(answer), ensure_ascii=False)


def _chosen(
    orders: Sequence[Order], *, state: str | None = None, on: date | None = None
) -> Iterator[tuple[Order, Schedule]]:
    for order in orders:
        ends = order.in_force_until
        holds = on is None or (order.in_force_from <= on and (ends is None or on < ends))
        if holds and (state is None or order.state.lower() == state.lower()):
            for schedule in order.schedules:
                yield order, schedule


def _cards_of(name: str, on: date | None) -> list[tuple[Order, Schedule]]:
    """Of an order file all schedules, of a category those of one order."""
    from bijlighar.tariffs.orders import catalogue

    held = list(_chosen(catalogue()))
    by_file = [one for one in held if _is_called(one[0].file, name)]
    if by_file:
        return by_file
    found = [one for one in held if one[1].category.lower() == name.lower()]
    if not found:
        near = get_close_matches(name.upper(), {one[1].category for one in held}, n=3)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UnknownName(f"No category or order file is called {name}.{meant}")
    day = on or _today()
    in_force = [one for one in _chosen(catalogue(), on=day) if one in found]
    if not in_force and on is not None:
        raise UnknownName(f"No order is known for {name} on {on}.")
    latest = max(order.in_force_from for order, _ in found)
    return in_force or [one for one in found if one[0].in_force_from == latest]


def _is_called(file: str, name: str) -> bool:
    return name in (file, Path(file).name, Path(file).stem)


def _card_json(order: Order, schedule: Schedule, on: date | None) -> dict[str, object]:
    return {
        "category": schedule.category,
        "name_en": schedule.name.en,
        "name_hi": schedule.name.hi,
        "eligible": schedule.eligible.text,
        "measured_in": schedule.measured_in.value,
        "order_en": order.name.en,
        "order_hi": order.name.hi,
        "file": order.file,
        "sha256": order.sha256,
        "in_force_from": order.in_force_from.isoformat(),
        "in_force_until": order.in_force_until and order.in_force_until.isoformat(),
        "source": order.source,
        "rows": [
            {
                "what": row.what,
                "applies": row.applies,
                "value": row.value,
                "source": row.source,
                "confidence": row.confidence.value,
            }
            for row in _rows(schedule, on)
        ],
    }


def _rows(schedule: Schedule, on: date | None) -> tuple[Row, ...]:
    from bijlighar.tariffs.card import card_of
    from bijlighar.tariffs.orders import TariffGap, fppas_on

    try:
        return card_of(schedule, fppas=fppas_on(schedule, on or _today()))
    except TariffGap:
        return card_of(schedule)


def _print_list(rows: Sequence[Mapping[str, object]]) -> None:
    """A table for each order, under its name, file and days."""
    from rich.table import Table

    console = _console()
    for file, held in groupby(rows, key=lambda row: row["file"]):
        of_order = list(held)
        until = of_order[0]["in_force_until"]
        days = f"{of_order[0]['in_force_from']} {f'until {until}' if until else 'and on'}"
        console.print(f"[bold]{of_order[0]['order_en']}[/]")
        console.print(f"{of_order[0]['order_hi']}\n{file} · in force from {days}")
        table = Table(box=None, header_style="", padding=(0, 2, 0, 0))
        table.add_column("category", no_wrap=True)
        table.add_column("name", ratio=1)
        table.add_column("for", ratio=1)
        table.add_column("lowest confidence", no_wrap=True)
        for row in of_order:
            names = f"{row['name_en']} · {row['name_hi']}"
            eligible, lowest = str(row["eligible"]), str(row["lowest_confidence"])
            table.add_row(str(row["category"]), names, eligible, lowest)
        console.print(table)
        console.print()


def _print_card(
    console: Console, order: Order, schedule: Schedule, on: date | None
) -> None:
    from rich.table import Table

    until = f"until {order.in_force_until}" if order.in_force_until else "and on"
    console.print(f"[bold]{schedule.category}[/]  {schedule.name.en} · {schedule.name.hi}")
    console.print(f"For {schedule.eligible.text}")
    console.print(f"{order.name.en}\nIn force from {order.in_force_from} {until}", style="")
    console.print(f"{order.file}  sha256 {order.sha256[:16]}…\n", style="dim")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "for", "value", "written in", "sure"):
        table.add_column(name, overflow="fold")
    before = ""
    for row in _rows(schedule, on):
        what = row.what if row.what != before else ""
        before = row.what
        table.add_row(what, row.applies, row.value, row.source, row.confidence.value)
    console.print(table)
    console.print()


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _write_json(said: object) -> None:
    click.echo(json.dumps(said, ensure_ascii=False, indent=2))


def _day(asked: datetime | None) -> date | None:
    return None if asked is None else asked.date()


def _today() -> date:
    from bijlighar.clock import clock
    from bijlighar.kernel.ist import supply_day_of

    return supply_day_of(clock.now())

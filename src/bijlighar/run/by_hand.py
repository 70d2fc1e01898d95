"""What commands that a person starts share: the process, who is meant, how far it is."""

from __future__ import annotations

import csv
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bijlighar.kernel.errors import BijligharError

MOST_TOLD = 20
"""Rejected connections that are named on the screen."""
NUMBER_COLUMN = "consumer_number"


class NoNumbers(BijligharError):
    """The file has no column `consumer_number`, or no number in it."""


def set_up(*, level: int = logging.INFO) -> None:
    """Become a process of the installation that the environment describes."""
    from bijlighar.run.logs import write_logs

    write_logs(level=level)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bijlighar.project.settings")
    import django

    django.setup()


def wanted(
    numbers: Sequence[str], file: Path | None, *, category: str | None = None
) -> tuple[int, ...]:
    """The connections that are asked for; where none is named all, or those that are or
    were of a category.

    Raises connections.UnknownConsumer, NoNumbers.
    """
    from bijlighar.connections import service as connections

    asked = {*numbers, *(_numbers_in(file) if file is not None else ())}
    if not asked:
        return connections.ids(category=category)
    homes = (connections.home_of(consumer_number=number) for number in sorted(asked))
    return tuple(sorted(home.connection_id for home in homes))


def in_parts(ids: Sequence[int], what: str, *, size: int) -> Iterator[Sequence[int]]:
    """Part after part; a person at a terminal sees how far it is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

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
        for first in range(0, len(ids), size):
            part = ids[first : first + size]
            yield part
            progress.advance(task, len(part))


def numbers_of(connection_ids: Sequence[int]) -> dict[int, str]:
    """The consumer number of each connection that has a meter."""
    from bijlighar.connections import service as connections

    homes = connections.homes(connection_ids=connection_ids)
    return {home.connection_id: home.consumer_number for home in homes}


def named(numbers: Mapping[int, str], connection_id: int) -> str:
    """What a connection is called on the screen."""
    return numbers.get(connection_id, f"connection {connection_id}")


def rupees(paise: int) -> str:
    """An amount as the screen shows it."""
    from bijlighar.kernel.money import format_rupees

    return f"₹{format_rupees(paise)}"


def _numbers_in(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if NUMBER_COLUMN not in (reader.fieldnames or ()):
            raise NoNumbers(f"{file} has no column {NUMBER_COLUMN}.")
        numbers = [row[NUMBER_COLUMN].strip() for row in reader if row[NUMBER_COLUMN]]
    if not any(numbers):
        raise NoNumbers(f"{file} has no consumer number in it.")
    yield from (number for number in numbers if number)

"""The past that a demo town has lived before it is first shown, stepped at full speed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bijlighar.clock.clock import now
from bijlighar.run.residents import Residents
from bijlighar.run.stepping import Stepper

PAST_SUFFIX = ".past"
"""While this file lies beside the clock's, screens say that the town lives its past."""

A_DAY = timedelta(days=1)


def live_the_past(*, clock_file: Path, residents: Residents, until: datetime) -> None:
    """Step the town from where its clock stands to `until`, with a progress bar."""
    mark = clock_file.with_suffix(PAST_SUFFIX)
    mark.touch()
    try:
        _live(clock_file, residents, until)
    finally:
        mark.unlink(missing_ok=True)


def _live(clock_file: Path, residents: Residents, until: datetime) -> None:
    begins = now()
    residents.read_phones()
    residents.forget_paid(begins)
    with days_progress((until - begins) / A_DAY, "the town's first month") as progress:
        stepper = Stepper(
            clock_file=clock_file,
            residents=residents,
            at=begins,
            on_step=lambda at: progress.update(
                progress.task_ids[0], completed=(at - begins) / A_DAY
            ),
        )
        stepper.run_until(until)


def days_progress(days: float, what: str) -> Progress:
    """A progress bar over supply days."""
    progress = Progress(
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f} days"),
        TimeElapsedColumn(),
    )
    progress.add_task("days", total=days)
    return progress

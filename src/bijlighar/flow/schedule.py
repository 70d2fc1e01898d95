"""What happens by the clock: the one table, and who starts what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction

from bijlighar.flow import later
from bijlighar.flow.models import ScheduleRun
from bijlighar.kernel.ist import day_starts, supply_day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A task that is due every so often, counted from a clock time of India's day.

    `every` divides a day, so that each day's due times are the same. A sweep takes up what
    was lost, hangs or ran out; where it finds nothing, nobody sees that it looked.
    """

    task: str
    first_at: time
    every: timedelta
    why: str
    is_sweep: bool = False


DAY = timedelta(days=1)

SCHEDULE = (
    Line(
        task=later.REFRESH_REACH,
        first_at=time(0, 0),
        every=DAY,
        why="renames, moves and splits that were dated for today hold from midnight",
    ),
    Line(
        task=later.TAKE_UP_IMPORTS,
        first_at=time(0, 50),
        every=timedelta(hours=2),
        why="an import whose job was lost with a worker goes on all the same",
        is_sweep=True,
    ),
    Line(
        task=later.READ_ALL,
        first_at=time(0, 5),
        every=DAY,
        why="the midnight registers are there: ask every meter",
    ),
    Line(
        task=later.POST_INSTALMENTS,
        first_at=time(0, 10),
        every=DAY,
        why="instalments of old dues and deposits whose day it is; each is posted once",
    ),
    Line(
        task=later.CHARGE_LATE,
        first_at=time(0, 15),
        every=DAY,
        why="once a month, the days of the last one on which bills were overdue",
    ),
    Line(
        task=later.CREDIT_INTEREST,
        first_at=time(0, 20),
        every=DAY,
        why="once a month, what prepaid balances have earned in the last one",
    ),
    Line(
        task=later.REVIEW_ALL,
        first_at=time(0, 30),
        every=timedelta(minutes=120),
        why="windows open and emergency credit ends by the clock alone",
    ),
    Line(
        task=later.CHANGE_NUMBERS,
        first_at=time(0, 25),
        every=timedelta(minutes=60),
        why="a lost number's day of waiting is over: the new one takes its place",
    ),
    Line(
        task=later.COMPLAINT_CLOCKS,
        first_at=time(0, 0),
        every=timedelta(minutes=10),
        why="complaints whose time runs out go up the ladder, and what is owed is recorded",
        is_sweep=True,
    ),
    Line(
        task=later.ASK_GATEWAYS,
        first_at=time(0, 2),
        every=timedelta(minutes=5),
        why="money whose webhook was lost is credited all the same, or told where it is",
        is_sweep=True,
    ),
    Line(
        task=later.COUNT_LEVELS,
        first_at=time(8, 10),
        every=DAY,
        why="what was to be read by eight is counted, and what came late for days before",
    ),
    Line(
        task=later.TAKE_UP_UNANSWERED,
        first_at=time(0, 0),
        every=timedelta(minutes=10),
        why="relay commands on which a vendor's head-end is silent are tried anew",
        is_sweep=True,
    ),
    Line(
        task=later.TELL_DIGESTS,
        first_at=time(9, 0),
        every=DAY,
        why="who wishes a digest is told of yesterday or of last week, when people are up",
    ),
    Line(
        task=later.FORGET_ANSWERS,
        first_at=time(3, 0),
        every=DAY,
        why="answers of the API older than a day, and tokens that ran out, serve nobody",
    ),
    Line(
        task=later.ERASE_PAPERS,
        first_at=time(0, 40),
        every=timedelta(hours=1),
        why="identity papers have served their time, and some waited for a code in vain",
        is_sweep=True,
    ),
    Line(
        task=later.CLOSE_ALL,
        first_at=time(4, 0),
        every=DAY,
        why="a day whose closing was lost with a worker is closed all the same",
    ),
    Line(
        task=later.CHARGE_SILENT,
        first_at=time(5, 0),
        every=DAY,
        why="days that a silent meter has not told are charged by estimate, as policy says",
    ),
    Line(
        task=later.BILL_ALL,
        first_at=time(6, 0),
        every=DAY,
        why="the month is over: its bills, and each morning those whose days were open",
    ),
    Line(
        task=later.PROVE_LEDGER,
        first_at=time(3, 0),
        every=DAY,
        why="every balance is the sum of its transfers",
    ),
    Line(
        task=later.EXPIRE_PROPOSALS,
        first_at=time(0, 0),
        every=timedelta(minutes=60),
        why="nobody decides on a proposal that has run out, and its maker shall see it",
        is_sweep=True,
    ),
)


def start_due(*, now: datetime) -> tuple[str, ...]:
    """Defer what is due and not started yet; answer which tasks.

    What was missed while nobody worked is started once, not as often as it was missed. Any
    number of processes may call this: each due time is started by one of them.
    """
    due = {line.task: last_due(line=line, now=now) for line in SCHEDULE}
    known = set(
        ScheduleRun.objects.filter(name__in=due, due_at__in=due.values())
        .order_by()
        .values_list("name", "due_at")
    )
    new = [task for task, due_at in due.items() if (task, due_at) not in known]
    return tuple(task for task in new if _start(task, due[task], now))


def last_due(*, line: Line, now: datetime) -> datetime:
    """The last instant, not after now, at which a line of the schedule was due."""
    day = supply_day_of(now)
    first = day_starts(day) + _offset(line)
    if now < first:
        first -= DAY
    return first + (now - first) // line.every * line.every


def next_due(*, line: Line, now: datetime) -> datetime:
    """The next instant after now at which a line of the schedule is due."""
    return last_due(line=line, now=now) + line.every


def _offset(line: Line) -> timedelta:
    return timedelta(hours=line.first_at.hour, minutes=line.first_at.minute)


def _start(task: str, due_at: datetime, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        _, is_new = ScheduleRun.objects.get_or_create(
            name=task, due_at=due_at, defaults={"started_at": now}
        )
        if is_new:
            later.scheduled(task=task)
    return is_new

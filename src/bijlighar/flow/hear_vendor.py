"""A vendor's head-end delivers readings: checked as our own are, kept, and charged.

One transaction a delivery, or a part of a file. Safe to repeat: what is held is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from django.db import transaction

from bijlighar.flow.hear_meter import charge_what_came
from bijlighar.flow.review_supply import take_back
from bijlighar.headend import service as headend
from bijlighar.ledger import service as ledger
from bijlighar.people import service as people
from bijlighar.people.values import Scope
from bijlighar.readings import service as readings
from bijlighar.readings.values import Blocks, DailyRegister, Heard
from bijlighar.vendors import service as vendors
from bijlighar.vendors.values import Around, Judged, Measured, Offered, Read, Taken


def hear_vendor(
    *, offered: Sequence[Offered], vendor_id: int, scope: Scope | None, now: datetime
) -> Taken:
    """Take what can be taken, and say of every other reading why not.

    `scope` is where the vendor's machine client may deliver; None for files, which the data
    centre puts into the folder itself. Joins the caller's transaction.
    """
    with transaction.atomic():
        # Asked as whoever delivers: what lies outside their areas is unknown to them.
        meters = vendors.meters_of(
            vendor_id=vendor_id,
            serials=[one.meter_serial for one in offered],
            scope=scope,
        )
        read, refused = vendors.read(offered=offered, meters=meters, now=now)
        with people.as_the_system():
            judged = vendors.judge(
                readings=read,
                registers=_registers_around(read),
                half_hours=readings.half_hours_held(
                    keys={_key(one) for one in read if _is_half_hour(one)}
                ),
            )
            _keep(judged, now)
            _take_up_again(read, now)
    return Taken(
        taken=len(judged.new), known=judged.known, refusals=(*refused, *judged.refusals)
    )


def _keep(judged: Judged, now: datetime) -> None:
    heard = tuple(_heard(judged.new))
    known = readings.last_register_days(meter_ids=[one.meter_id for one in heard])
    readings.store_delivered(
        registers=[
            *(register for one in heard for register in one.daily),
            *(_register(one) for one in judged.beside),
        ],
        blocks=[run for one in heard for run in one.blocks],
        now=now,
    )
    charge_what_came(heard=heard, known=known)


def _take_up_again(read: Sequence[Read], now: datetime) -> None:
    """Meters that are heard again: reconnections are due, old disconnections are not."""
    until: dict[int, datetime] = {}
    for one in read:
        until[one.meter_id] = max(one.ends_at, until.get(one.meter_id, one.ends_at))
    meter_ids = sorted(until)
    headend.heard_by_others(until={i: until[i] for i in meter_ids}, now=now)
    headend.hurry(meter_ids=meter_ids, now=now)
    failed = headend.failed_disconnections(meter_ids=meter_ids)
    ledger.lock_balances(owner_ids=[one.connection_id for one in failed])
    for command in failed:
        take_back(command=command, because="the meter had been silent", now=now)


def _registers_around(read: Sequence[Read]) -> dict[tuple[int, date], Around]:
    found = readings.registers_around(
        keys={_key(one) for one in read if not _is_half_hour(one)}
    )
    return {
        key: Around(before_wh=before, held_wh=held, after_wh=after)
        for key, (before, held, after) in found.items()
    }


def _heard(new: Sequence[Read]) -> Iterator[Heard]:
    """What came, by meter; half-hours in unbroken runs. Read in the order of judging."""
    for meter_id, of_meter in groupby(new, key=lambda one: one.meter_id):
        held = list(of_meter)
        yield Heard(
            meter_id=meter_id,
            daily=tuple(_register(one) for one in held if not _is_half_hour(one)),
            blocks=tuple(_runs([one for one in held if _is_half_hour(one)])),
            daily_holds_from=None,
        )


def _runs(half_hours: Sequence[Read]) -> Iterator[Blocks]:
    run: list[Read] = []
    for one in half_hours:
        if run and (one.day, one.block) != (run[-1].day, run[-1].block + 1):
            yield _run(run)
            run = []
        run.append(one)
    if run:
        yield _run(run)


def _run(run: Sequence[Read]) -> Blocks:
    return Blocks(
        meter_id=run[0].meter_id,
        day=run[0].day,
        first_block=run[0].block,
        energies_wh=tuple(one.energy_wh for one in run),
    )


def _register(one: Read) -> DailyRegister:
    return DailyRegister(meter_id=one.meter_id, day=one.day, register_wh=one.energy_wh)


def _is_half_hour(one: Read) -> bool:
    return one.measured is Measured.HALF_HOUR


def _key(one: Read) -> tuple[int, date]:
    return one.meter_id, one.day

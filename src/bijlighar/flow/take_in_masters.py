"""Rows of an import become the discom's: connections with wallet and supply, meters, grid.

Each part is one transaction with its checkpoint. Connections come without meters; meters
are installed later, and are asked once their keys are there (headend.commission).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from bijlighar.connections import service as connections
from bijlighar.connections.values import MeterInstalled, NewPlace
from bijlighar.flow import later
from bijlighar.grid import service as grid
from bijlighar.kernel.ist import ONE_DAY, day_starts
from bijlighar.ledger import service as ledger
from bijlighar.masters import service as masters
from bijlighar.masters.values import ImportKind, ImportState, Part
from bijlighar.readings import service as readings
from bijlighar.readings.values import DailyRegister
from bijlighar.supply import service as supply
from bijlighar.vendors import service as vendors

MOST_TRIES = 3


def take_in_part(*, import_id: int, now: datetime) -> bool:
    """Take the next rows of an import in; False where nothing is left to do.

    Somebody else may have taken the same number at this very moment: then the part is
    looked at anew, and its row is wrong.
    """
    for last_try in (False,) * (MOST_TRIES - 1) + (True,):
        try:
            return _take_in_part(import_id, now)
        except IntegrityError as error:
            if last_try or not isinstance(error.__cause__, UniqueViolation):
                raise
    raise AssertionError("the last try answers or raises")


def take_up_quiet(*, now: datetime) -> None:
    """Ask the worker again for imports that nobody has got on with for a while."""
    with transaction.atomic(durable=True):
        for import_id, state in masters.quiet(now=now):
            if state is ImportState.CHECKING:
                later.check_import(import_id=import_id)
            else:
                later.take_in_import(import_id=import_id)


def _take_in_part(import_id: int, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        part = masters.next_part(import_id=import_id, now=now)
        if part is None:
            return False
        _take_in(part, now)
        masters.part_taken(part=part, now=now)
    return True


def _take_in(part: Part, now: datetime) -> None:
    if part.kind is ImportKind.CONNECTIONS:
        _open_places(part.places, now)
    elif part.kind is ImportKind.CONSUMERS:
        connections.change_consumers(changes=part.consumers)
    elif part.kind is ImportKind.METERS:
        _install_meters(part.meters, now)
        _put_behind(part, now)
    else:
        grid.open_many(new=part.nodes, now=now)


def _open_places(places: Sequence[NewPlace], now: datetime) -> None:
    ids = connections.open_places(new=places)
    ledger.open_wallets(owner_ids=ids, now=now)
    supply.open_supplies(connection_ids=ids, now=now)


def _install_meters(meters: Sequence[MeterInstalled], now: datetime) -> None:
    ids = connections.install_meters(meters=meters)
    readings.store_initial(
        registers=[
            DailyRegister(
                meter_id=meter_id,
                day=one.installed_on - ONE_DAY,
                register_wh=one.initial_register_wh,
            )
            for meter_id, one in zip(ids, meters, strict=True)
        ],
        now=now,
    )


def _put_behind(part: Part, now: datetime) -> None:
    """Meters that a vendor's head-end reaches are behind it from their first day on.

    They have no keys with us, and our own head-end never claims them.
    """
    starting: dict[tuple[str, date], list[str]] = {}
    for one in part.meters:
        if code := part.vendors.get(one.serial):
            starting.setdefault((code, one.installed_on), []).append(one.serial)
    for (code, day), serials in sorted(starting.items()):
        vendors.put_behind(
            vendor_id=vendors.vendor_named(code=code).vendor_id,
            serials=serials,
            place_id=None,
            now=now,
            since=day_starts(day),
        )

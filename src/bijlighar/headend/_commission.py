"""Key files come in: checked row by row, then all of a file at once or nothing of it.

One transaction takes a file in: killed half-way it has done nothing, and the same command
does it again. A file that came in before is known by its hash and does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import structlog
from django.conf import settings
from django.db import transaction

from bijlighar.connections import service as connections
from bijlighar.connections.values import MeterAddress
from bijlighar.headend import _commission_rows, _key_files, _key_marks
from bijlighar.headend.keys import root_key
from bijlighar.headend.models import KeyFile, MeterSecret
from bijlighar.headend.values import KeyFault, KeyRow, KeysChecked, MeterKeys, WrongKeys
from bijlighar.kernel.errors import BijligharError
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Change

log = structlog.get_logger()

NoKeyFile = _key_files.NoKeyFile
WeakPassphrase = _key_files.WeakPassphrase
WrongPassphrase = _key_files.WrongPassphrase
seal_key_file = _key_files.seal
is_key_file = _key_files.is_sealed


class KeysRefused(BijligharError):
    """A key file with faults: nothing of it was taken in."""

    def __init__(self, faults: Sequence[WrongKeys]) -> None:
        super().__init__(f"{len(faults)} rows are wrong: nothing was taken in.")
        self.faults = tuple(faults)


class NotSealed(BijligharError):
    """The keys lie open in this file: seal it first, or say that it may be open."""


class AlreadyTaken(BijligharError):
    """This key file came in before: there is nothing left to do."""


def open_key_file(content: bytes, *, passphrase: str, may_be_open: bool = False) -> bytes:
    """The CSV in a key file. Raises NotSealed, NoKeyFile, WrongPassphrase."""
    if _key_files.is_sealed(content):
        return _key_files.open_sealed(content, passphrase=passphrase)
    if not may_be_open:
        raise NotSealed(str(NotSealed.__doc__))
    return content


def check_keys(*, content: bytes) -> KeysChecked:
    """What the CSV of a key file would do; nothing of it is written."""
    found = _commission_rows.read(content)
    _, faults = _beside_what_is_known(found.rows)
    every = sorted((*found.faults, *faults), key=lambda one: one.line)
    wrong = {one.line for one in every}
    meters = sum(row.line not in wrong for row in found.rows)
    return KeysChecked(meters=meters, faults=tuple(every))


def rows_to_take(*, content: bytes) -> Mapping[int, MeterKeys]:
    """The keys of a file by meter. Raises KeysRefused, AlreadyTaken."""
    if KeyFile.objects.filter(digest=_digest(content)).exists():
        raise AlreadyTaken(str(AlreadyTaken.__doc__))
    found = _commission_rows.read(content)
    meters, faults = _beside_what_is_known(found.rows)
    if found.faults or faults:
        raise KeysRefused(sorted((*found.faults, *faults), key=lambda one: one.line))
    return {meters[row.serial].meter_id: row.keys for row in found.rows}


def note_file(*, content: bytes, rows: int, now: datetime) -> None:
    """Remember that a file came in; the audit trail says so last."""
    with transaction.atomic():
        kept = KeyFile.objects.create(digest=_digest(content), rows=rows, taken_at=now)
        people.record(
            change=Change(
                action="meter.keys.taken_in",
                object_kind="key_file",
                object_id=str(kept.pk),
                place_id=None,
                after={"meters": rows, "sha256": kept.digest},
            ),
            by=SYSTEM,
            now=now,
        )
    log.info("headend.keys.taken_in", meters=rows, key_file=kept.pk)


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _beside_what_is_known(
    rows: Sequence[KeyRow],
) -> tuple[dict[str, MeterAddress], list[WrongKeys]]:
    serials = [row.serial for row in rows]
    meters = {one.serial: one for one in connections.meters_named(serials=serials)}
    have_keys = set(
        MeterSecret.objects.filter(
            pk__in=[one.meter_id for one in meters.values()]
        ).values_list("pk", flat=True)
    )
    sharing = _sharing(rows, meters)
    faults = []
    for row in rows:
        fault = _fault(row, meters.get(row.serial), have_keys)
        other = "" if fault else sharing.get(row.line, "")
        if other:
            fault = KeyFault.SHARED_KEY
        if fault:
            faults.append(
                WrongKeys(line=row.line, serial=row.serial, fault=fault, other=other)
            )
    return meters, faults


def _sharing(rows: Sequence[KeyRow], meters: Mapping[str, MeterAddress]) -> dict[int, str]:
    """By line, the serial of another known meter for which one of its keys stands."""
    root = root_key(settings.BIJLIGHAR["root_key"])
    _key_marks.catch_up(root=root)
    marking = _key_marks.marking_key(root=root)
    marks = {row.line: _key_marks.marks_of(row.keys, marking=marking) for row in rows}
    known = _key_marks.holders(mark for held in marks.values() for mark in held)
    others: dict[int, int] = {}
    for row in rows:
        own = meters.get(row.serial)
        for mark in marks[row.line]:
            holder = known.get(mark)
            if holder is not None and (own is None or holder != own.meter_id):
                others[row.line] = holder
    serials = _key_marks.serials_of(others.values())
    return {line: serials[meter_id] for line, meter_id in others.items()}


def _fault(row: KeyRow, meter: MeterAddress | None, have_keys: set[int]) -> KeyFault | None:
    if meter is None:
        return KeyFault.UNKNOWN_METER
    if row.system_title and row.system_title != meter.system_title:
        return KeyFault.OTHER_TITLE
    return KeyFault.HAS_KEYS if meter.meter_id in have_keys else None

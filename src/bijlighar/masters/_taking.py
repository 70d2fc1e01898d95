"""Taking in, one part after another: each part and the checkpoint in one transaction.

Whatever is killed when: either the part and the checkpoint are there, or neither. The rows
of a part are looked at again just before, since what is known may have changed, and so may
the right of whoever brought the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F

from bijlighar.connections.values import (
    ConsumerChange,
    MeterInstalled,
    NewPlace,
    PaymentMode,
)
from bijlighar.grid import service as grid
from bijlighar.grid.values import Kind, Location, NewNode
from bijlighar.kernel.ist import supply_day_of
from bijlighar.masters import _judge
from bijlighar.masters._check import settle
from bijlighar.masters._judge import Verdict
from bijlighar.masters.models import FilePart, Import, RowFault, StagedRow
from bijlighar.masters.values import ImportKind, ImportState, Part, Wrong
from bijlighar.people import service as people
from bijlighar.people.values import SYSTEM, Change, Origin, Right, Viewer

ROWS_A_PART = 2_000
_SERIAL, _VENDOR = 0, 7
"""Where they stand in a meter's row."""


def next_part(import_id: int, now: datetime) -> Part | None:
    """The rows that come next, their import locked until the caller commits."""
    held = Import.objects.select_for_update().filter(pk=import_id).first()
    if held is None or held.state != ImportState.TAKING.value:
        return None
    if not _may_still(held, now):
        end(held, ImportState.STOPPED, SYSTEM, now, because=Wrong.RIGHT_LOST)
        return None
    until = _judge.following(held, held.checkpoint, ROWS_A_PART)
    if until is None:
        if held.kind == ImportKind.GRID.value:
            grid.refresh_reach(day=supply_day_of(now))
        end(held, ImportState.DONE, SYSTEM, now)
        return None
    before = RowFault.objects.filter(held=held).count()
    verdicts = settle(held, after=held.checkpoint, until=until)
    due = [one for one in verdicts if not one.is_unchanged]
    return Part(
        import_id=held.pk,
        kind=ImportKind(held.kind),
        after=held.checkpoint,
        until=until,
        taken=len(due),
        unchanged=len(verdicts) - len(due),
        faults=RowFault.objects.filter(held=held).count() - before,
        **_made(held, due),
    )


def part_taken(part: Part, now: datetime) -> None:
    """Move the checkpoint, in the transaction that took the rows in."""
    moved = Import.objects.filter(pk=part.import_id, checkpoint=part.after).update(
        checkpoint=part.until,
        rows_taken=F("rows_taken") + part.taken,
        rows_unchanged=F("rows_unchanged") + part.unchanged,
        rows_wrong=F("rows_wrong") + part.faults,
        faults=F("faults") + part.faults,
        moved_at=now,
    )
    assert moved == 1, "the import is locked by whoever takes its rows in"


def end(
    held: Import, state: ImportState, by: Viewer, now: datetime, *, because: str = ""
) -> None:
    """An import is over: its file and rows go, its counts go into the audit trail."""
    was_taking = held.state == ImportState.TAKING.value
    held.state, held.ended_at, held.stopped_because = state.value, now, str(because)
    held.save(update_fields=["state", "ended_at", "stopped_because"])
    with people.as_the_system():
        if was_taking and state is not ImportState.DONE and held.kind == ImportKind.GRID:
            grid.refresh_reach(day=supply_day_of(now))
        StagedRow.objects.filter(held=held).delete()
        FilePart.objects.filter(held=held).delete()
    people.record(
        change=change_of(
            held,
            f"masters.import.{state.value}",
            {
                "rows_taken": held.rows_taken,
                "rows_unchanged": held.rows_unchanged,
                "rows_wrong": held.rows_wrong,
                "because": str(because),
            },
        ),
        by=by,
        now=now,
    )


def change_of(held: Import, action: str, after: dict[str, object]) -> Change:
    """What the audit trail keeps of a step of an import."""
    return Change(
        action=action,
        object_kind="import",
        object_id=str(held.pk),
        place_id=held.area_ids[0] if len(held.area_ids) == 1 else None,
        after={
            "kind": held.kind,
            "file_name": held.file_name,
            "sha256": held.sha256,
            "areas": list(held.area_ids),
            "maker_id": held.maker_id,
        }
        | after,
    )


def _may_still(held: Import, now: datetime) -> bool:
    """Whether whoever brought the file may still import in all of its areas."""
    if held.maker_id == SYSTEM.actor_id:
        return True
    try:
        maker = people.viewer_of(
            staff_id=held.maker_id, origin=Origin(channel="job"), now=now
        )
    except people.UnknownStaff:
        return False
    scope = maker.scope(Right.IMPORT)
    return all(grid.is_within(scope=scope, node_id=area) for area in held.area_ids)


def _made(held: Import, due: Sequence[Verdict]) -> dict[str, Any]:
    kind = ImportKind(held.kind)
    if kind is ImportKind.GRID:
        codes = _judge.discoms_of(held.area_ids).codes
        return {"nodes": [_node(one, codes[one.target_id or 0]) for one in due]}
    name, make = {
        ImportKind.CONNECTIONS: ("places", _place),
        ImportKind.CONSUMERS: ("consumers", _consumer),
        ImportKind.METERS: ("meters", _meter),
    }[kind]
    made: dict[str, Any] = {name: [make(one) for one in due]}
    if kind is ImportKind.METERS:
        told = ((one.values[_SERIAL], one.values[_VENDOR]) for one in due)
        made["vendors"] = {serial: code for serial, code in told if serial and code}
    return made


def _node(one: Verdict, discom_code: str) -> NewNode:
    _, code, kind, parent, name_en, name_hi, opened_on, latitude, longitude = one.values
    return NewNode(
        discom_code=discom_code,
        code=code or "",
        kind=Kind(kind or ""),
        parent_code=parent or "",
        name_en=name_en or "",
        name_hi=name_hi or "",
        opens_on=date.fromisoformat(opened_on or ""),
        location=None
        if latitude is None
        else Location(latitude=Decimal(latitude), longitude=Decimal(longitude or "")),
    )


def _place(one: Verdict) -> NewPlace:
    number, name_en, name_hi, mobile, language, category, load_w, mode, day = [
        value or "" for value in one.values[:9]
    ]
    assert one.target_id is not None
    return NewPlace(
        consumer_number=number,
        name_en=name_en,
        name_hi=name_hi,
        mobile=mobile,
        language=language,
        category=category,
        sanctioned_load_w=int(load_w),
        payment_mode=PaymentMode(mode),
        starts_on=date.fromisoformat(day),
        transformer_id=one.target_id,
    )


def _consumer(one: Verdict) -> ConsumerChange:
    number, name_en, name_hi, mobile, language = one.values
    return ConsumerChange(
        consumer_number=number or "",
        name_en=name_en,
        name_hi=name_hi,
        mobile=mobile,
        language=language,
    )


def _meter(one: Verdict) -> MeterInstalled:
    serial, title, host, port, _, installed_on, register, _ = [
        value or "" for value in one.values
    ]
    assert one.target_id is not None
    return MeterInstalled(
        connection_id=one.target_id,
        serial=serial,
        system_title=bytes.fromhex(title),
        host=host,
        port=int(port or 0),
        installed_on=date.fromisoformat(installed_on),
        initial_register_wh=int(register),
    )

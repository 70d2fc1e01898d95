"""Imports as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bijlighar.masters import service as masters
from bijlighar.masters.values import Fault, Import, ImportKind, Wrong
from bijlighar.web.masters import words
from bijlighar.web.masters.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLine:
    """An import in words."""

    held: Import
    kind: Words
    state: Words
    stopped_because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultLine:
    """One thing that is wrong, in words."""

    row: int
    column: str
    sentence: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLine:
    """One column of the file and what may be chosen for it."""

    place: int
    title: str
    chosen: str
    examples: str
    choices: tuple[tuple[str, str], ...]


def import_line(held: Import) -> ImportLine:
    """An import in words."""
    because = held.stopped_because
    return ImportLine(
        held=held,
        kind=words.KINDS[held.kind],
        state=words.STATES[held.state],
        stopped_because=words.file_sentence(Wrong(because), "") if because else "",
    )


def fault_lines(faults: Sequence[Fault], kind: ImportKind) -> list[FaultLine]:
    """Faults in words."""
    return [
        FaultLine(
            row=fault.row,
            column=fault.column,
            sentence=words.fault_sentence(fault, kind),
            value=fault.value,
        )
        for fault in faults
    ]


def mapping_lines(held: Import, fields: Sequence[str] | None) -> list[ColumnLine]:
    """The columns with what they were recognised as, or as somebody has just chosen."""
    choices = tuple(
        (field.key, words.title_of(field)) for field in masters.fields_of(kind=held.kind)
    )
    return [
        ColumnLine(
            place=heading.place,
            title=heading.title,
            chosen=heading.field if fields is None else fields[heading.place],
            examples=" · ".join(heading.examples),
            choices=choices,
        )
        for heading in held.headings
    ]

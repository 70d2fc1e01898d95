"""One row of a file made into what is kept, with everything that is wrong in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bijlighar.kernel.spreadsheet import as_it_was
from bijlighar.masters.cells import BadCell
from bijlighar.masters.columns import ADDRESS, FIELDS
from bijlighar.masters.readers import LEVELS, Read
from bijlighar.masters.values import Fault, ImportKind, Wrong

LONGEST_SHOWN = 60
A_LEVEL = 100_000_000
"""Between the levels of the grid in the order of taking in: parents before children."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where each field of a kind stands in a row."""

    kind: ImportKind
    titles: tuple[str, ...]
    """The headings."""
    fields: tuple[str, ...]
    """Keys by column; empty for a column that is not taken in."""
    title_of: Mapping[str, str] = field(init=False)
    """The heading of each field that is mapped."""

    def __post_init__(self) -> None:
        pairs = zip(self.fields, self.titles, strict=True)
        object.__setattr__(self, "title_of", {key: title for key, title in pairs if key})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row as it is kept: its fields in the kind's order, None where not to be had."""

    number: int
    seq: int
    """Its place in the order of taking in."""
    values: list[str | None]
    faults: tuple[Fault, ...]


def read_row(
    *, number: int, cells: Sequence[str], layout: Layout, read: Mapping[str, Read]
) -> Row:
    """What a row says, and what is wrong with each of its cells."""
    if len(cells) != len(layout.titles):
        other = f"{len(cells)}|{len(layout.titles)}"
        return _useless(number, layout.kind, Wrong.RAGGED, other)
    held: dict[str, str] = {}
    faults: list[Fault] = []
    for title, key, cell in zip(layout.titles, layout.fields, cells, strict=True):
        if not key or not cell or cell.isspace():
            continue
        given = as_it_was(cell) if cell[0] == "'" else cell
        try:
            held[key] = read[key](given)
        except BadCell as bad:
            if not (key == "name_hi" and bad.wrong is Wrong.OLD_FONT):
                faults.append(_fault(number, title, bad.wrong, given, bad.other))
            elif _is_name_again(cells, layout, given):
                held[key] = " ".join(given.split())
            else:
                faults.append(_fault(number, title, bad.wrong, given, ""))
    faults += _empty(number, layout, held, {fault.column for fault in faults})
    _complete(layout.kind, held)
    values = [held.get(one.key) for one in FIELDS[layout.kind]]
    return Row(
        number=number,
        seq=_seq(number, layout.kind, held),
        values=values,
        faults=tuple(faults),
    )


def _empty(
    number: int, layout: Layout, held: Mapping[str, str], faulty: set[str]
) -> list[Fault]:
    title_of = layout.title_of
    found = [
        _fault(number, title_of[one.key], Wrong.EMPTY, "", "")
        for one in FIELDS[layout.kind]
        if one.is_needed
        and one.key not in held
        and one.key in title_of
        and title_of[one.key] not in faulty
        and not (one.key == "parent" and held.get("kind") == "discom")
        and not (one.key in ADDRESS and "vendor" in held and not held.keys() & ADDRESS)
    ]
    if layout.kind is ImportKind.CONNECTIONS and not held.keys() & {"name_en", "name_hi"}:
        title = title_of.get("name_en") or title_of["name_hi"]
        if title not in faulty:
            found.append(_fault(number, title, Wrong.EMPTY, "", ""))
    if "vendor" in title_of.keys() - held.keys() and "host" not in title_of:
        found.append(_fault(number, title_of["vendor"], Wrong.EMPTY, "", ""))
    if layout.kind is ImportKind.CONSUMERS and not faulty and set(held) == {"number"}:
        found.append(_fault(number, "", Wrong.NOTHING_TO_CHANGE, "", ""))
    return found


def _complete(kind: ImportKind, held: dict[str, str]) -> None:
    """What follows from the rest: a name stands for the one in the other language."""
    if kind is ImportKind.CONSUMERS:
        return
    if "name_en" in held or "name_hi" in held:
        held.setdefault("name_en", held.get("name_hi", ""))
        held.setdefault("name_hi", held["name_en"])
    if kind is ImportKind.CONNECTIONS:
        held.setdefault("language", "hi")


def _is_name_again(cells: Sequence[str], layout: Layout, given: str) -> bool:
    """Whether the Hindi name is the English one again, as exports of such names have it."""
    if "name_en" not in layout.fields:
        return False
    english = as_it_was(cells[layout.fields.index("name_en")])
    return english.split() == given.split()


def _seq(number: int, kind: ImportKind, held: Mapping[str, str]) -> int:
    if kind is not ImportKind.GRID or "kind" not in held:
        return number
    return LEVELS.index(held["kind"]) * A_LEVEL + number


def _useless(number: int, kind: ImportKind, wrong: Wrong, other: str) -> Row:
    return Row(
        number=number,
        seq=number,
        values=[None] * len(FIELDS[kind]),
        faults=(_fault(number, "", wrong, "", other),),
    )


def _fault(number: int, column: str, wrong: Wrong, value: str, other: str) -> Fault:
    if wrong is Wrong.LIKE_AADHAAR:
        value = ""  # It is told where it stands, and never what it is.
    shown = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
    return Fault(row=number, column=column, wrong=wrong, value=shown, other=other)

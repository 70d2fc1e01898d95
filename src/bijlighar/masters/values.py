"""What crosses the border of masters: imports, what is wrong in them, tables to export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bijlighar.connections.values import ConsumerChange, MeterInstalled, NewPlace
from bijlighar.grid.values import NewNode
from bijlighar.people.values import Right


class ImportKind(StrEnum):
    """What the rows of a file are."""

    GRID = "grid"
    CONNECTIONS = "connections"
    CONSUMERS = "consumers"
    METERS = "meters"


class ImportState(StrEnum):
    """How far an import is."""

    MAPPING = "mapping"
    """The file is kept; somebody has to say what its columns are."""
    CHECKING = "checking"
    CHECKED = "checked"
    """The dry run is over; somebody has to say what is taken in."""
    TAKING = "taking"
    DONE = "done"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    """The product itself ended it; `stopped_because` says why."""


IS_OVER = frozenset({ImportState.DONE, ImportState.CANCELLED, ImportState.STOPPED})


class Wrong(StrEnum):
    """What can be wrong with a file, a row or a cell; the sentence is the screen's."""

    # with the file
    TOO_BIG = "too_big"
    EMPTY_FILE = "empty_file"
    NOT_UTF8 = "not_utf8"
    OLD_EXCEL = "old_excel"
    OTHER_ENDING = "other_ending"
    NO_TABLE = "no_table"
    SWOLLEN = "swollen"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    NO_HEADINGS = "no_headings"
    IDENTITY_COLUMN = "identity_column"
    SAME_FILE = "same_file"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    TOO_MANY_FAULTS = "too_many_faults"
    RIGHT_LOST = "right_lost"
    # with a row or a cell by itself
    RAGGED = "ragged"
    EMPTY = "empty"
    NOTHING_TO_CHANGE = "nothing_to_change"
    SCIENTIFIC = "scientific"
    NO_NUMBER = "no_number"
    NO_CODE = "no_code"
    NO_MOBILE = "no_mobile"
    NO_LANGUAGE = "no_language"
    NO_MODE = "no_mode"
    NO_CATEGORY = "no_category"
    NO_LOAD = "no_load"
    NO_REGISTER = "no_register"
    NO_DAY = "no_day"
    DAY_AHEAD = "day_ahead"
    NO_TITLE = "no_title"
    NO_HOST = "no_host"
    NO_PORT = "no_port"
    NO_PLACE = "no_place"
    NO_KIND = "no_kind"
    OLD_FONT = "old_font"
    GARBLED = "garbled"
    LIKE_AADHAAR = "like_aadhaar"
    TOO_LONG = "too_long"
    # with a row beside the others and what is known
    TWICE = "twice"
    NUMBER_PATTERN = "number_pattern"
    UNKNOWN_TRANSFORMER = "unknown_transformer"
    WHICH_DISCOM = "which_discom"
    UNKNOWN_CONNECTION = "unknown_connection"
    UNKNOWN_VENDOR = "unknown_vendor"
    HELD_DIFFERENT = "held_different"
    TAKEN = "taken"
    HAS_METER = "has_meter"
    BEFORE_CONNECTION = "before_connection"
    DISCOM_BY_FILE = "discom_by_file"
    UNKNOWN_PARENT = "unknown_parent"
    PARENT_WRONG = "parent_wrong"
    PARENT_LATER = "parent_later"
    WRONG_LEVEL = "wrong_level"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong in a row: where, what, and what stands there."""

    row: int
    """As a spreadsheet numbers it: the headings are row 1."""
    column: str
    """The heading; empty where the row as a whole is meant."""
    wrong: Wrong
    value: str
    """What stands in the cell, shortened."""
    other: str
    """What the sentence compares with: another row, what is held, how it must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A column of a file and what it was recognised as."""

    place: int
    """From 0."""
    title: str
    field: str
    """The key of a field of the kind; empty where the column is not taken in."""
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One file on its way in."""

    import_id: int
    kind: ImportKind
    file_name: str
    sha256: str
    state: ImportState
    encoding: str
    """utf-8, utf-16-le, …; xlsx for a workbook."""
    area_ids: tuple[int, ...]
    """The maker's areas when the file came: nothing outside them is touched."""
    maker_id: int
    maker_name: str
    made_at: datetime
    ended_at: datetime | None
    headings: tuple[Heading, ...]
    is_remembered: bool
    """Whether the mapping is that of an earlier file with the same headings."""
    bytes_held: int
    rows_total: int
    """As far as known: while the file is read for the first time it is an estimate."""
    rows_read: int
    rows_due: int
    """Rows that can be taken in."""
    rows_unchanged: int
    rows_wrong: int
    rows_taken: int
    faults: int
    with_faults: bool
    """Taken in without the wrong rows."""
    stopped_because: str
    """A value of Wrong; empty where nothing stopped it."""

    @property
    def percent(self) -> int:
        """How far the present step is."""
        if self.state is ImportState.TAKING:
            return 100 * self.rows_taken // max(self.rows_due, 1)
        return min(100 * self.rows_read // max(self.rows_total, 1), 100)

    @property
    def is_running(self) -> bool:
        """Whether the worker is busy with it."""
        return self.state in (ImportState.CHECKING, ImportState.TAKING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows that are taken in together, in the transaction that moves the checkpoint."""

    import_id: int
    kind: ImportKind
    after: int
    until: int
    """Places in the order of taking in: after the first, up to the second."""
    taken: int
    unchanged: int
    faults: int
    """Rows that were good when checked and are not any more."""
    nodes: Sequence[NewNode] = ()
    places: Sequence[NewPlace] = ()
    consumers: Sequence[ConsumerChange] = ()
    meters: Sequence[MeterInstalled] = ()
    vendors: Mapping[str, str] = field(default_factory=dict)
    """Codes of vendors whose head-ends reach these meters, by serial; else ours does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something that a kind of import knows, found in a column by its heading."""

    key: str
    is_needed: bool
    titles: tuple[str, ...]
    """Headings that mean it; the first English and the first Hindi one name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A table that may leave the product."""

    name: str
    right: Right
    """What one must be allowed to see, beside being allowed to export."""
    is_monthly: bool
    """Whether it grows with time and is exported month by month."""
    titles: tuple[tuple[str, str], ...]
    """Headings in English and Hindi; those that an import knows are its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Where an export reads, and where it shows more: ids of grid nodes."""

    exported: tuple[int, ...]
    seen: tuple[int, ...]
    """Where the export's own right holds."""
    contact: tuple[int, ...]
    """Where mobile numbers are whole."""
    money: tuple[int, ...]
    """Where balances are shown."""

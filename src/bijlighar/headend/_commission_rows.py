"""The rows of a key file, each checked by itself and against the others: pure.

Nothing of a key is ever in a message: a fault names the line, the serial and what is wrong.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bijlighar.headend.values import KeyFault, KeyRow, MeterKeys, WrongKeys

COLUMNS = ("serial", "encryption_key", "authentication_key")
MORE_COLUMNS = ("master_key", "lls_secret", "system_title")
MOST_ROWS = 200_000
KEY_BYTES, TITLE_BYTES, MOST_SECRET = 16, 8, 16
_FEW_OCTETS = 4
"""A random key of sixteen octets has as few different ones once in 10^20 keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a file holds: rows that are well by themselves, and all that is wrong."""

    rows: tuple[KeyRow, ...]
    faults: tuple[WrongKeys, ...]


def read(content: bytes) -> Read:
    """The rows of a CSV in UTF-8, in order. Nothing is raised: faults are told."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _nothing(KeyFault.NOT_TEXT)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    heads = [head.strip().lower() for head in reader.fieldnames or ()]
    reader.fieldnames = heads
    if not set(COLUMNS) <= set(heads) or len(set(heads)) != len(heads):
        return _nothing(KeyFault.COLUMNS)
    if set(heads) - set(COLUMNS) - set(MORE_COLUMNS):
        return _nothing(KeyFault.COLUMNS)
    try:
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error:
        return _nothing(KeyFault.NOT_TEXT)
    if not 1 <= len(lines) <= MOST_ROWS:
        return _nothing(KeyFault.TOO_MANY if lines else KeyFault.EMPTY)
    return _checked(lines)


def _nothing(fault: KeyFault) -> Read:
    return Read(rows=(), faults=(WrongKeys(line=1, serial="", fault=fault),))


def _checked(lines: Sequence[tuple[int, Mapping[str, str | None]]]) -> Read:
    rows: list[KeyRow] = []
    faults: list[WrongKeys] = []
    for line, cells in lines:
        found = _row(line, cells)
        if isinstance(found, WrongKeys):
            faults.append(found)
        else:
            rows.append(found)
    faults += _together(rows)
    return Read(rows=tuple(rows), faults=tuple(sorted(faults, key=lambda one: one.line)))


def _row(line: int, cells: Mapping[str, str | None]) -> KeyRow | WrongKeys:
    if None in cells or None in cells.values():
        return WrongKeys(line=line, serial="", fault=KeyFault.CELLS)
    held = {name: (value or "").strip() for name, value in cells.items()}
    serial = held["serial"]
    fault = None if serial else KeyFault.NO_SERIAL
    octets: dict[str, bytes] = {}
    for name, size in (*((key, KEY_BYTES) for key in KEYS), ("system_title", TITLE_BYTES)):
        text = held.get(name, "")
        try:
            octets[name] = bytes.fromhex(text)
        except ValueError:
            fault = fault or KeyFault.NOT_HEX
            continue
        is_needed = name in COLUMNS
        if len(octets[name]) != size and (text or is_needed):
            fault = fault or KeyFault.LENGTH
    secret = held.get("lls_secret", "").encode()
    if fault is None:
        fault = _weakness(octets, secret)
    if fault is not None:
        return WrongKeys(line=line, serial=serial, fault=fault)
    return KeyRow(
        line=line,
        serial=serial,
        system_title=octets["system_title"],
        keys=MeterKeys(
            encryption_key=octets["encryption_key"],
            authentication_key=octets["authentication_key"],
            master_key=octets["master_key"],
            lls_secret=secret,
        ),
    )


KEYS = ("encryption_key", "authentication_key", "master_key")


def _weakness(octets: Mapping[str, bytes], secret: bytes) -> KeyFault | None:
    """What makes well-formed keys no keys: a default of the maker, or one for all uses."""
    keys = [octets[name] for name in KEYS if octets[name]]
    if any(_is_default(key) for key in keys):
        return KeyFault.DEFAULT_KEY
    if len(set(keys)) != len(keys):
        return KeyFault.ONE_KEY_TWICE
    return KeyFault.LENGTH if len(secret) > MOST_SECRET else None


def _is_default(key: bytes) -> bool:
    """Octets that repeat, or count up or down: no random key is like that."""
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    return len(set(key)) <= _FEW_OCTETS or len(steps) == 1


def _together(rows: Sequence[KeyRow]) -> Iterator[WrongKeys]:
    """A serial twice, or a key that two meters share. Source: security C19."""
    serials = Counter(row.serial for row in rows)
    having: dict[bytes, list[str]] = {}
    for row in rows:
        for key in keys_in(row.keys):
            having.setdefault(key, []).append(row.serial)
    for row in rows:
        if serials[row.serial] > 1:
            yield WrongKeys(line=row.line, serial=row.serial, fault=KeyFault.TWICE)
        elif others := [
            serial
            for key in keys_in(row.keys)
            for serial in having[key][:2]
            if serial != row.serial
        ]:
            yield WrongKeys(
                line=row.line,
                serial=row.serial,
                fault=KeyFault.SHARED_KEY,
                other=others[0],
            )


def keys_in(held: MeterKeys) -> tuple[bytes, ...]:
    """The keys of a meter that are known."""
    every = (held.encryption_key, held.authentication_key, held.master_key)
    return tuple(key for key in every if key)

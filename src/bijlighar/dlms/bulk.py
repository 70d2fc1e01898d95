"""Ciphered answers of many meters at once: opened, checked, and read as columns.

Every answer is opened by `protection.unprotect`, with all its checks; one that fails any of
them is refused by itself and harms no other. What was genuine is then grouped by layout,
since a fleet has few, and each group is read as one grid (see `grid`).

Source: IEC 62056-5-3 (protection, GET response); 62056-6-2, 4.3.6 (profile generic).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bijlighar.dlms import axdr, grid
from bijlighar.dlms.apdu import get
from bijlighar.dlms.apdu.descriptor import Failure
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.errors import (
    AccessRefused,
    DecodeError,
    RefusedError,
    UnexpectedAnswer,
)
from bijlighar.dlms.grid import Grid
from bijlighar.dlms.protection import Form, unprotect
from bijlighar.dlms.security import SecurityControl, SecurityKeys
from bijlighar.kernel.errors import BijligharError

LAYOUTS_A_LENGTH = 4

_SERVICES = (get.RESPONSE_TAG,)
_NORMAL, _DATA = b"\x01", b"\x00"
_HEAD_SIZE = 4  # tag, kind, invocation, choice


class Sealed(NamedTuple):
    """A GET response as it came, and what is known of the meter that sent it.

    `known_counter` is the last genuine counter of this meter, None when there is none.
    """

    keys: SecurityKeys
    system_title: bytes
    apdu: bytes
    known_counter: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What became of each answer, by its number.

    `grids` hold those that share a layout, `odd` what the general decoder read, `refused`
    why the others are not taken. `counters` are those of all genuine answers, refused ones
    among them: each is now used up.
    """

    grids: tuple[Grid, ...]
    odd: Mapping[int, Data]
    refused: Mapping[int, BijligharError]
    counters: Mapping[int, int]


def read(
    answers: Iterable[Sealed],
    *,
    form: Form = Form.GLOBAL,
    control: SecurityControl = SecurityControl.AUTHENTICATED_ENCRYPTED,
) -> Batch:
    """Open and read whole GET responses; nothing is raised for what is in them."""
    values: list[bytes] = []
    counters: dict[int, int] = {}
    refused: dict[int, BijligharError] = {}
    latest: dict[tuple[bytes, bytes], int] = {}
    lengths: dict[int, list[int]] = {}
    for number, (keys, title, apdu, known) in enumerate(answers):
        whose = (title, keys.encryption_key)
        value = b""
        try:
            plain, counter = unprotect(
                keys=keys,
                system_title=title,
                apdu=apdu,
                known_counter=max(known or 0, latest[whose]) if whose in latest else known,
                services=_SERVICES,
                control=control,
                form=form,
            )
            latest[whose] = counters[number] = counter
            value = _value_in(plain)
        except (RefusedError, DecodeError) as error:
            refused[number] = error
        else:
            lengths.setdefault(len(value), []).append(number)
        values.append(value)
    return _by_layout(values, lengths.values(), counters, refused)


def _by_layout(
    values: Sequence[bytes],
    groups: Iterable[Sequence[int]],
    counters: Mapping[int, int],
    refused: dict[int, BijligharError],
) -> Batch:
    """Read groups of one length: what has one layout has one length."""
    grids: list[Grid] = []
    odd: dict[int, Data] = {}
    for group in groups:
        for number in _into_grids(values, group, grids):
            try:
                odd[number] = axdr.decode(values[number])
            except DecodeError as error:
                refused[number] = error
    return Batch(grids=tuple(grids), odd=odd, refused=refused, counters=counters)


def _into_grids(
    values: Sequence[bytes], group: Sequence[int], grids: list[Grid]
) -> Sequence[int]:
    """Add the grids of answers of one length; those that are left have none."""
    odd: list[int] = []
    for _ in range(LAYOUTS_A_LENGTH):
        if not group:
            break
        alike = grid.alike_in(values, group)
        if alike.answers:
            grids.append(alike)
            taken = frozenset(alike.answers)
            group = [number for number in group if number not in taken]
        else:
            odd.append(group[0])
            group = group[1:]
    return [*odd, *group]


def _value_in(plain: bytes) -> bytes:
    """The octets of the value in a GET response that came whole."""
    if plain[1:2] == _NORMAL and plain[3:4] == _DATA:
        return plain[_HEAD_SIZE:]
    response = get.response_from_bytes(plain)
    if isinstance(response, get.GetResponse) and isinstance(response.outcome, Failure):
        raise AccessRefused(response.outcome.result)
    raise UnexpectedAnswer("a whole value expected, not a block or a list")

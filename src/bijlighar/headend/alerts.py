"""What a meter's event status word says that it did not say before: pure.

The word has 128 bits, the first at the left; a set bit is something that has occurred. What
each bit means stands in `dlms/is15959.yaml`, as the standard has it and as makes do.
Source: IS 15959-2 Amendment 2, event status word 0.0.94.91.18.255.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from bijlighar.dlms import is15959

BITS = is15959.STANDARD.status_size

_ONCE = {"last_gasp": True, "first_breath": False}
"""Bits that say that power fails or is back: told every time, restored never."""

_POWER = is15959.STANDARD.events["power_failure"]


def new_events(word: str, before: str, *, make: str | None = None) -> Iterator[int]:
    """Numbers of the events that a word tells after the word before it, maybe empty.

    `make` is one that the tables name; None: bits as the standard has them.
    """
    known = before.ljust(BITS, "0")
    for bit, (occurred, restored) in _followed(make).items():
        if word[bit] == known[bit]:
            continue
        code = occurred if word[bit] == "1" else restored
        if code is not None:
            yield code
    for one in is15959.bits_set(word, make=make):
        fails = _ONCE.get(one.name)
        code = None if fails is None else _POWER.occurs if fails else _POWER.restored
        if code is not None:
            yield code


@cache
def _followed(make: str | None) -> Mapping[int, tuple[int, int | None]]:
    """By bit, the event that has occurred and the one that restores it, if there is one."""
    tables = is15959.of_make(make)
    return {
        bit: (tables.events[one.event].occurs, tables.events[one.event].restored)
        for bit, one in tables.status_bits.items()
        if one.event is not None
    }

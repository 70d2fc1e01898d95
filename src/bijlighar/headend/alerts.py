"""What a meter's event status word says that it did not say before: pure.

The word has 128 bits, the first at the left; a set bit is something that has occurred.
Bits of a make that differ belong into a table of their own.
Source: IS 15959-2 Amendment 2, event status word 0.0.94.91.18.255 (four code bases agree).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

BITS = 128
LAST_GASP, FIRST_BREATH = 85, 86
POWER_FAILED, POWER_BACK = 101, 102

EVENTS: Mapping[int, tuple[int, int | None]] = {
    0: (1, 2),
    1: (3, 4),
    2: (5, 6),
    3: (7, 8),
    4: (9, 10),
    5: (11, 12),
    6: (51, 52),
    7: (53, 54),
    8: (55, 56),
    9: (63, 64),
    10: (65, 66),
    11: (67, 68),
    12: (205, 206),
    51: (69, 70),
    81: (201, 202),
    82: (203, 204),
    83: (251, None),
    84: (301, 302),
}
"""By bit, the event that has occurred and the one that restores it, if there is one."""

_ONCE = {LAST_GASP: POWER_FAILED, FIRST_BREATH: POWER_BACK}
"""Bits that say what is happening now: told every time, restored never."""


def new_events(word: str, before: str) -> Iterator[int]:
    """Numbers of the events that a word tells after the word before it, maybe empty."""
    known = before.ljust(BITS, "0")
    for bit, (occurred, restored) in EVENTS.items():
        if word[bit] == known[bit]:
            continue
        code = occurred if word[bit] == "1" else restored
        if code is not None:
            yield code
    for bit, code in _ONCE.items():
        if word[bit] == "1":
            yield code

"""How quick most are, from counts by steps of time: pure.

Times are counted in steps whose ends people say ("within 45 seconds"): counts of many days
and areas add up, and a quantile is told as the end of its step, never as something finer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

STEPS_S = (
    *(1, 2, 3, 5, 7, 10, 15, 20, 30, 45),
    *(60, 90, 120, 180, 300, 420, 600, 900, 1_200, 1_800, 2_700),
    *(3_600, 5_400, 7_200, 10_800, 14_400, 21_600, 28_800, 43_200, 86_400),
)
"""Where each step ends, in seconds. What took longer, or never ended, comes after all."""
STEPS = len(STEPS_S) + 1


def together(counts: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """Counts of several days or areas as one; none where there are none."""
    held = list(counts)
    return tuple(sum(column) for column in zip(*held, strict=True)) if held else ()


def within_s(counts: Sequence[int], *, permille: int) -> int | None:
    """Within how many seconds so many thousandths were done.

    None where the slowest of them took longer than a day or never ended, and where nothing
    is counted: see `many`.
    """
    total = many(counts)
    wanted = -(-total * permille // 1_000)
    reached = 0
    for ends, count in zip(STEPS_S, counts, strict=False):
        reached += count
        if total and reached >= wanted:
            return ends
    return None


def many(counts: Sequence[int]) -> int:
    """How many are counted."""
    return sum(counts)


def share_permille(part: int, whole: int) -> int | None:
    """A share in thousandths, rounded down, so that 999 of 1000 are never "all"."""
    return part * 1_000 // whole if whole else None

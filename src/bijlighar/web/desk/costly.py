"""Answers that cost much are given again for a while: a whole discom is not counted anew
each second for everybody who looks at it.

What is quickly asked is always asked anew. What took long is kept in this process for as
many times as long as it took, so that counting never takes more than a small part of the
time; the page says as of when its figures are.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

QUICK_S = 0.5
TIMES_AS_LONG = 20
AT_MOST_S = 120.0
MOST_KEPT = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    value: T
    until_s: float


class Costly(Generic[T]):
    """Answers by question; a question holds everything that the answer depends on."""

    def __init__(self, *, ticks: Callable[[], float] = time.monotonic) -> None:
        """`ticks` counts seconds of real time."""
        self._ticks = ticks
        self._kept: OrderedDict[Hashable, _Answer[T]] = OrderedDict()
        self._lock = Lock()

    def answer(self, *, question: Hashable, ask: Callable[[], T]) -> T:
        """The kept answer while it holds, else a new one."""
        began = self._ticks()
        with self._lock:
            kept = self._kept.get(question)
            if kept is not None and began < kept.until_s:
                return kept.value
        value = ask()
        took = self._ticks() - began
        with self._lock:
            self._kept.pop(question, None)
            if took >= QUICK_S:
                lasts_s = min(took * TIMES_AS_LONG, AT_MOST_S)
                self._kept[question] = _Answer(value, began + took + lasts_s)
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
        return value

"""Ctrl-C and SIGTERM: a demo ends once, in order, at any moment."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping_gently() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the demo once; an impatient second one changes nothing.

    Also where whoever started the demo had told it to ignore Ctrl-C, as shells do.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in STOPS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

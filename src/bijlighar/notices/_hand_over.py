"""Hand a batch over to operators, in no transaction: by as many threads as is decent.

What one operator takes many of in a call goes in calls of MANY; else one call a notice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

from bijlighar.notices import _settings
from bijlighar.notices._ready import Attempt, Ready
from bijlighar.notices.channels.channel import Handed, Refused, Settings, Silent
from bijlighar.notices.channels.wire import Wire
from bijlighar.notices.values import Outcome

AT_ONCE = 16
MANY = 100
"""Notices in one call; few enough that a code behind them does not wait a second."""


def hand_over(ready: Sequence[Ready]) -> list[Attempt]:
    """What each operator said to each notice, in any order."""
    wire, threads = _LINES.get()
    calls = list(_calls(ready, wire))
    if len(calls) == 1:
        return calls[0]()
    return [one for came in threads.map(lambda call: call(), calls) for one in came]


def close_channels() -> None:
    """Close the connections to operators, at a process's end."""
    with _LINES.lock:
        if _LINES.threads is not None:
            _LINES.threads.shutdown()
        if _LINES.wire is not None:
            _LINES.wire.close()
        _LINES.wire, _LINES.threads = None, None


@dataclass(slots=True)
class _Lines:
    """The process's connections to operators and the threads that use them."""

    lock: Lock = field(default_factory=Lock)
    wire: Wire | None = None
    threads: ThreadPoolExecutor | None = None

    def get(self) -> tuple[Wire, ThreadPoolExecutor]:
        """Open at the first use."""
        with self.lock:
            self.wire = self.wire or Wire()
            self.threads = self.threads or ThreadPoolExecutor(
                AT_ONCE, thread_name_prefix="notices"
            )
            return self.wire, self.threads


_LINES = _Lines()


def _calls(ready: Sequence[Ready], wire: Wire) -> list[Callable[[], list[Attempt]]]:
    """Calls that may be made at once; those with the most urgent notices first."""
    told = _settings.told()
    alone: list[Ready] = []
    many: dict[str, list[Ready]] = {}
    for one in ready:
        takes_many = one.channel.carry_many is not None and one.channel.is_set_for_many(
            told
        )
        (many.setdefault(one.channel.name, []) if takes_many else alone).append(one)
    calls: list[Callable[[], list[Attempt]]] = []
    for several in many.values():
        for part in _parts(several):
            calls.append(partial(_attempt_many, part, told, wire))
    calls += [partial(_attempt_alone, one, told, wire) for one in alone]
    return calls


def _parts(ready: Sequence[Ready]) -> list[Sequence[Ready]]:
    return [ready[first : first + MANY] for first in range(0, len(ready), MANY)]


def _attempt_alone(ready: Ready, told: Settings, wire: Wire) -> list[Attempt]:
    try:
        handed = ready.channel.carry(ready.to_send, told, wire)
    except (Refused, Silent) as error:
        return [_failed(ready, error)]
    return [Attempt(ready=ready, outcome=Outcome.TAKEN, handed=handed)]


def _attempt_many(ready: Sequence[Ready], told: Settings, wire: Wire) -> list[Attempt]:
    """One call for all; where the operator refuses it whole, one call each finds why."""
    carry_many = ready[0].channel.carry_many
    assert carry_many is not None
    try:
        came = carry_many([one.to_send for one in ready], told, wire)
    except Silent as error:
        return [_failed(one, error) for one in ready]
    except Refused:
        return [attempt for one in ready for attempt in _attempt_alone(one, told, wire)]
    return [
        _failed(one, said)
        if isinstance(said, Refused)
        else Attempt(ready=one, outcome=Outcome.TAKEN, handed=said)
        for one, said in zip(ready, came, strict=True)
    ]


def _failed(ready: Ready, error: Refused | Silent) -> Attempt:
    if isinstance(error, Refused):
        outcome, handed = Outcome.REFUSED, Handed(gone=error.gone)
    else:
        outcome, handed = Outcome.SILENT, Handed()
    return Attempt(ready=ready, outcome=outcome, handed=handed, error=str(error))

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
GIVEN_UP_AFTER = 5
"""Silences in a row after which the rest of a batch does not wait for the same operator."""


def hand_over(ready: Sequence[Ready]) -> list[Attempt]:
    """What each operator said to each notice, in any order."""
    wire, threads = _LINES.get()
    calls = list(_calls(ready, _Asking(wire=wire, told=_settings.told())))
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


@dataclass(slots=True)
class _Asking:
    """What the calls of a batch share: the wire, and how often each operator was silent.

    Threads may count past each other; then one more or one less is asked.
    """

    wire: Wire
    told: Settings
    silences: dict[str, int] = field(default_factory=dict)

    def insist_on_hope(self, ready: Ready) -> None:
        """Raise Silent where another way is left and nobody needs to wait to know it.

        The last way is asked all the same: what nobody asked for must not count as a try.
        """
        silences = self.silences.get(ready.channel.name, 0)
        if silences >= GIVEN_UP_AFTER and ready.has_another:
            raise Silent(f"not asked: {silences} times silent in a row just before")

    def note(self, channel: str, *, is_silent: bool) -> None:
        """An answer ends a row of silences."""
        self.silences[channel] = self.silences.get(channel, 0) + 1 if is_silent else 0


def _calls(ready: Sequence[Ready], asking: _Asking) -> list[Callable[[], list[Attempt]]]:
    """Calls that may be made at once; those with the most urgent notices first."""
    told = asking.told
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
            calls.append(partial(_attempt_many, part, asking))
    calls += [partial(_attempt_alone, one, asking) for one in alone]
    return calls


def _parts(ready: Sequence[Ready]) -> list[Sequence[Ready]]:
    return [ready[first : first + MANY] for first in range(0, len(ready), MANY)]


def _attempt_alone(ready: Ready, asking: _Asking) -> list[Attempt]:
    channel = ready.channel
    try:
        asking.insist_on_hope(ready)
        handed = channel.carry(ready.to_send, asking.told, asking.wire)
    except (Refused, Silent) as error:
        asking.note(channel.name, is_silent=isinstance(error, Silent))
        return [_failed(ready, error)]
    asking.note(channel.name, is_silent=False)
    return [Attempt(ready=ready, outcome=Outcome.TAKEN, handed=handed)]


def _attempt_many(ready: Sequence[Ready], asking: _Asking) -> list[Attempt]:
    """One call for all; where the operator refuses it whole, one call each finds why."""
    channel = ready[0].channel
    assert channel.carry_many is not None
    try:
        if all(one.has_another for one in ready):
            asking.insist_on_hope(ready[0])
        came = channel.carry_many([one.to_send for one in ready], asking.told, asking.wire)
    except Silent as error:
        asking.note(channel.name, is_silent=True)
        return [_failed(one, error) for one in ready]
    except Refused:
        return [attempt for one in ready for attempt in _attempt_alone(one, asking)]
    asking.note(channel.name, is_silent=False)
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

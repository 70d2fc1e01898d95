"""The life of a relay command, as one table; every change is a compare-and-set."""

from __future__ import annotations

from bijlighar.headend.values import CommandState

NEXT: dict[CommandState, frozenset[CommandState]] = {
    # Cancelling is possible only before the command is on its way.
    CommandState.QUEUED: frozenset({CommandState.SENDING, CommandState.CANCELLED}),
    # Back to queued: the answer was lost or wrong, and there are attempts left. Cancelled:
    # the process that sent it died, and it was overtaken before another took it up.
    CommandState.SENDING: frozenset(
        {
            CommandState.CONFIRMED,
            CommandState.QUEUED,
            CommandState.FAILED,
            CommandState.CANCELLED,
        }
    ),
    CommandState.CONFIRMED: frozenset(),
    # Given up: only a disconnection ever is. Withdrawn when the meter is heard again.
    CommandState.FAILED: frozenset({CommandState.CANCELLED}),
    CommandState.CANCELLED: frozenset(),
}

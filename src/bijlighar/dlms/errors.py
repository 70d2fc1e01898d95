"""What can go wrong in a conversation with a meter.

Two roots: `DecodeError` when octets make no sense, `RefusedError` when they make sense
and the answer is no. Nothing else leaves this package for what came over the wire.
"""

from __future__ import annotations

from bijlighar.dlms.results import AccessResult, ActionResult
from bijlighar.kernel.errors import BijligharError

_SHOWN_OCTETS = 32


class DecodeError(BijligharError):
    """Octets that do not follow the standard, with the place where that shows."""

    def __init__(self, message: str, *, offset: int, data: bytes) -> None:
        shown = data[:_SHOWN_OCTETS].hex() + ("…" if len(data) > _SHOWN_OCTETS else "")
        super().__init__(f"{message} (offset {offset} of {len(data)} octets: {shown})")
        self.offset = offset
        self.data = data


class EncodeError(BijligharError):
    """A value that does not fit the type it is to be sent as."""


class RefusedError(BijligharError):
    """The peer, or this side, says no."""


class AssociationRefused(RefusedError):
    """The meter does not open an association.

    `result` is 1 (for good) or 2 (for now); `diagnostic` the number in the AARE.
    """

    def __init__(self, message: str, *, result: int, diagnostic: int) -> None:
        super().__init__(f"{message} (result {result}, diagnostic {diagnostic})")
        self.result = result
        self.diagnostic = diagnostic


class AccessRefused(RefusedError):
    """The meter does not read or write this attribute."""

    def __init__(self, result: AccessResult) -> None:
        super().__init__(f"the meter refuses access: {result.name.lower()}")
        self.result = result


class ActionRefused(RefusedError):
    """The meter does not carry out this method."""

    def __init__(self, result: ActionResult) -> None:
        super().__init__(f"the meter refuses the action: {result.name.lower()}")
        self.result = result


class ServiceRefused(RefusedError):
    """The peer answers with an exception instead of a service response.

    `counter` is the invocation counter it says it knows, when that is the matter.
    Exceptions come unprotected: a hint, not evidence.
    """

    def __init__(
        self, *, state_error: int, service_error: int, counter: int | None = None
    ) -> None:
        super().__init__(
            f"the meter refuses the service (state {state_error}, service {service_error})"
        )
        self.state_error = state_error
        self.service_error = service_error
        self.counter = counter


class FrameForged(RefusedError):
    """A protected frame whose tag does not hold: forged, damaged, or under other keys."""


class CounterReplayed(RefusedError):
    """A genuine frame whose invocation counter has already been passed."""

    def __init__(self, *, counter: int, known: int) -> None:
        super().__init__(f"invocation counter {counter} is not after {known}")
        self.counter = counter
        self.known = known


class CounterExhausted(RefusedError):
    """The invocation counter does not fit 32 bits: the keys must be changed."""


class SecurityDowngraded(RefusedError):
    """The peer offers less protection than was agreed."""


class UnexpectedAnswer(RefusedError):
    """A well-formed answer to something that was not asked."""


class OutOfTurn(RefusedError):
    """A service that the state of the association does not allow."""


class TransferRefused(RefusedError):
    """A request or a block transfer outside the agreed limits or order."""

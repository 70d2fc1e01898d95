"""What can go wrong in a conversation with a meter.

Two roots: `DecodeError` when octets make no sense, `RefusedError` when they make sense
and the answer is no. Nothing else leaves this package for what came over the wire.
"""

from __future__ import annotations

from bijlighar.dlms.results import AccessResult, ActionResult
from bijlighar.kernel.errors import BijligharError

_SHOWN_OCTETS = 32

# Source: IEC 62056-5-3, Associate-source-diagnostic, ExceptionResponse, ServiceError.
_DIAGNOSTICS = {
    1: "no reason given",
    2: "context not supported",
    11: "authentication mechanism not recognised",
    12: "authentication mechanism required",
    13: "authentication failure",
    14: "authentication required",
}
_STATE_ERRORS = {1: "service not allowed", 2: "service unknown"}
_SERVICE_ERRORS = {
    1: "operation not possible",
    2: "service not supported",
    3: "other reason",
    4: "PDU too long",
    5: "deciphering error",
    6: "invocation counter error",
}
_GROUPS: dict[int, tuple[str, tuple[str, ...]]] = {
    0: (
        "application reference",
        (
            "other",
            "time elapsed",
            "application unreachable",
            "application reference invalid",
            "application context unsupported",
            "provider communication error",
            "deciphering error",
        ),
    ),
    1: (
        "hardware resource",
        (
            "other",
            "memory unavailable",
            "processor resource unavailable",
            "mass storage unavailable",
            "other resource unavailable",
        ),
    ),
    2: (
        "state of the meter",
        ("other", "no DLMS context", "loading data set", "status no change", "inoperable"),
    ),
    3: ("service", ("other", "PDU size", "service unsupported")),
    4: (
        "definition",
        (
            "other",
            "object undefined",
            "object class inconsistent",
            "attribute inconsistent",
        ),
    ),
    5: (
        "access",
        (
            "other",
            "scope violated",
            "object access violated",
            "hardware fault",
            "unavailable",
        ),
    ),
    6: (
        "initiate",
        (
            "other",
            "DLMS version too low",
            "incompatible conformance",
            "PDU size too short",
            "refused by the handler",
        ),
    ),
}


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

    `result` is 1 (for good) or 2 (for now); `diagnostic` the number in the AARE; `error`
    what the meter adds about what it cannot agree on.
    """

    def __init__(
        self,
        message: str,
        *,
        result: int,
        diagnostic: int,
        error: ServiceFailed | None = None,
    ) -> None:
        why = _DIAGNOSTICS.get(diagnostic, f"diagnostic {diagnostic}")
        more = "" if error is None else f"; {error}"
        super().__init__(f"{message}: {why} (result {result}, {diagnostic}){more}")
        self.result = result
        self.diagnostic = diagnostic
        self.error = error


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

    The numbers are those of the exception-response; 0 for what it did not say. `counter` is
    the invocation counter it says it knows, when that is the matter. Exceptions come
    unprotected: a hint, not evidence.
    """

    def __init__(
        self, *, state_error: int, service_error: int, counter: int | None = None
    ) -> None:
        state = _STATE_ERRORS.get(state_error, "state unknown")
        service = _SERVICE_ERRORS.get(service_error, "reason unknown")
        super().__init__(
            f"the meter refuses the service: {state}, {service}"
            f" (state {state_error}, service {service_error})"
        )
        self.state_error = state_error
        self.service_error = service_error
        self.counter = counter


class ServiceUnsupported(ServiceRefused):
    """The meter does not know the service, or not in this association."""


class PduTooLong(ServiceRefused):
    """The request is longer than the meter takes."""


class DecipheringFailed(ServiceRefused):
    """The meter could not open the request: other keys than ours, or another title."""


class CounterRefused(ServiceRefused):
    """The meter has seen a later invocation counter; it may say which (`counter`)."""


class ServiceFailed(ServiceRefused):
    """A confirmed-service-error: the service it is about, the group and the number.

    `state_error` and `service_error` are the group and the number too.
    """

    def __init__(self, *, service: int, group: int, error: int) -> None:
        super().__init__(state_error=group, service_error=error)
        named = _GROUPS.get(group, (f"group {group}", ()))
        word = named[1][error] if error < len(named[1]) else f"number {error}"
        self.args = (
            f"the meter answers with an error: {named[0]}, {word}"
            f" (service {service}, group {group}, error {error})",
        )
        self.service = service
        self.group = group
        self.error = error


_NAMED_REFUSALS: dict[int, type[ServiceRefused]] = {
    2: ServiceUnsupported,
    4: PduTooLong,
    5: DecipheringFailed,
    6: CounterRefused,
}


def service_refused(
    state_error: int, service_error: int, counter: int | None
) -> ServiceRefused:
    """The named error of an exception-response."""
    kind = _NAMED_REFUSALS.get(service_error, ServiceRefused)
    return kind(state_error=state_error, service_error=service_error, counter=counter)


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

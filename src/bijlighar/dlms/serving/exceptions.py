"""What a meter answers to a request that it refuses.

Source: IEC 62056-5-3, ExceptionResponse.
"""

from __future__ import annotations

from bijlighar.dlms.apdu.exceptions import ExceptionResponse, ServiceError, StateError
from bijlighar.dlms.errors import (
    CounterReplayed,
    FrameForged,
    RefusedError,
    ServiceRefused,
)


def exception_for(refusal: RefusedError) -> bytes:
    """The exception-response that a refusal is answered with."""
    if isinstance(refusal, ServiceRefused):
        return exception(refusal.state_error, refusal.service_error)
    if isinstance(refusal, FrameForged):
        return exception(StateError.SERVICE_NOT_ALLOWED, ServiceError.DECIPHERING_ERROR)
    if isinstance(refusal, CounterReplayed):
        return exception(
            StateError.SERVICE_NOT_ALLOWED,
            ServiceError.INVOCATION_COUNTER_ERROR,
            counter=refusal.known,
        )
    return exception(StateError.SERVICE_NOT_ALLOWED, ServiceError.OPERATION_NOT_POSSIBLE)


def exception(state_error: int, service_error: int, counter: int | None = None) -> bytes:
    """An exception-response."""
    return ExceptionResponse(
        state_error=state_error, service_error=service_error, counter=counter
    ).to_bytes()

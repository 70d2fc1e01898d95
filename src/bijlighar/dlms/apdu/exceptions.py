"""Answers that are no answer: exception-response and confirmed-service-error.

Source: IEC 62056-5-3, ExceptionResponse and ConfirmedServiceError.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from bijlighar.dlms.reader import Reader

EXCEPTION_TAG = 0xD8
SERVICE_ERROR_TAG = 0x0E


class StateError(IntEnum):
    """Why the state of the server forbids the service."""

    SERVICE_NOT_ALLOWED = 1
    SERVICE_UNKNOWN = 2


class ServiceError(IntEnum):
    """What is wrong with the service itself."""

    OPERATION_NOT_POSSIBLE = 1
    SERVICE_NOT_SUPPORTED = 2
    OTHER_REASON = 3
    PDU_TOO_LONG = 4
    DECIPHERING_ERROR = 5
    INVOCATION_COUNTER_ERROR = 6


class InitiateError(IntEnum):
    """Why an association cannot be agreed on (error group 6, on initiate)."""

    OTHER = 0
    DLMS_VERSION_TOO_LOW = 1
    INCOMPATIBLE_CONFORMANCE = 2
    PDU_SIZE_TOO_SHORT = 3
    REFUSED_BY_VDE_HANDLER = 4


INITIATE_SERVICE = 1
INITIATE_GROUP = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionResponse:
    """The server does not serve a request; `counter` goes with a counter error only."""

    state_error: int
    service_error: int
    counter: int | None = None

    def to_bytes(self) -> bytes:
        """The APDU."""
        head = bytes((EXCEPTION_TAG, self.state_error, self.service_error))
        return head if self.counter is None else head + self.counter.to_bytes(4, "big")

    @classmethod
    def from_bytes(cls, data: bytes) -> ExceptionResponse:
        """Read the APDU."""
        reader = Reader(data)
        reader.expect(bytes((EXCEPTION_TAG,)), "tag of an exception response")
        state_error, service_error = reader.octet(), reader.octet()
        with_counter = service_error == ServiceError.INVOCATION_COUNTER_ERROR
        counter = reader.unsigned(4) if with_counter and reader.remaining else None
        reader.finish()
        return cls(state_error=state_error, service_error=service_error, counter=counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedServiceError:
    """An error in `service` (1: initiate), of `group` (6: initiate), with its number."""

    service: int = INITIATE_SERVICE
    group: int = INITIATE_GROUP
    error: int

    def to_bytes(self) -> bytes:
        """The APDU."""
        return bytes((SERVICE_ERROR_TAG, self.service, self.group, self.error))

    @classmethod
    def from_bytes(cls, data: bytes) -> ConfirmedServiceError:
        """Read the APDU."""
        reader = Reader(data)
        reader.expect(bytes((SERVICE_ERROR_TAG,)), "tag of a confirmed service error")
        service, group, error = reader.octet(), reader.octet(), reader.octet()
        reader.finish()
        return cls(service=service, group=group, error=error)

"""Who the client is, and whether it accepts what a meter answers to an AARQ.

Each check returns what the association goes on with, or raises; nothing here changes any
state. The server's counterpart is `admission`.

Source: IEC 62056-5-3, AARE, HLS 5, ExceptionResponse, ConfirmedServiceError.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bijlighar.dlms.apdu import association, exceptions
from bijlighar.dlms.errors import SecurityDowngraded, ServiceRefused, UnexpectedAnswer
from bijlighar.dlms.security import (
    MAX_CHALLENGE,
    MIN_CHALLENGE,
    TITLE_SIZE,
    Authentication,
    SecurityKeys,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Who the client is, how it shows that, and with which keys.

    With `keys` the association is ciphered; HLS needs them. `secret` is the LLS password.
    `meter_title`, where it is known, must be the title that answers.
    """

    client_sap: int
    authentication: Authentication = Authentication.NONE
    system_title: bytes = b""
    keys: SecurityKeys | None = None
    secret: bytes = field(default=b"", repr=False)
    server_sap: int = 1
    max_pdu: int = 1024
    meter_title: bytes | None = None

    def __post_init__(self) -> None:
        assert self.keys is None or len(self.system_title) == TITLE_SIZE
        assert self.keys is not None or self.authentication is not Authentication.HLS_GMAC


def challenge_in(
    response: association.AssociateResponse, settings: ClientSettings, ours: bytes
) -> bytes:
    """The meter's challenge, empty without HLS; the context must be the one asked for."""
    if response.ciphered is not (settings.keys is not None):
        raise SecurityDowngraded("the meter answers in another context")
    if settings.authentication is not Authentication.HLS_GMAC:
        if response.diagnostic != association.NO_DIAGNOSTIC:
            raise UnexpectedAnswer(f"accepted with diagnostic {response.diagnostic}")
        return b""
    theirs = response.authentication_value or b""
    if (
        response.diagnostic != association.AUTHENTICATION_REQUIRED
        or response.mechanism != Authentication.HLS_GMAC
        or not MIN_CHALLENGE <= len(theirs) <= MAX_CHALLENGE
        or theirs == ours
    ):
        raise SecurityDowngraded("the meter does not authenticate as agreed")
    return theirs


def title_in(
    response: association.AssociateResponse, settings: ClientSettings
) -> bytes | None:
    """The meter's system title, which a ciphered association cannot do without."""
    title = response.server_title
    if settings.keys is None:
        return title
    if title is None or len(title) != TITLE_SIZE or title == settings.system_title:
        raise UnexpectedAnswer("the meter gives no system title of its own")
    if settings.meter_title not in (None, title):
        raise UnexpectedAnswer(f"another meter answers: {title.hex()}")
    return title


def exception_in(apdu: bytes) -> ServiceRefused | None:
    """What an exception-response or confirmed-service-error says; they come unprotected."""
    if apdu[:1] == bytes((exceptions.EXCEPTION_TAG,)):
        response = exceptions.ExceptionResponse.from_bytes(apdu)
        return ServiceRefused(
            state_error=response.state_error,
            service_error=response.service_error,
            counter=response.counter,
        )
    if apdu[:1] == bytes((exceptions.SERVICE_ERROR_TAG,)):
        error = exceptions.ConfirmedServiceError.from_bytes(apdu)
        return ServiceRefused(state_error=error.group, service_error=error.error)
    return None

"""Who the client is, and whether it accepts what a meter answers to an AARQ.

Each check returns what the association goes on with, or raises; nothing here changes any
state. The server's counterpart is `admission`.

Source: IEC 62056-5-3, AARE, HLS 5, ExceptionResponse, ConfirmedServiceError.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bijlighar.dlms.apdu import association, exceptions, initiate
from bijlighar.dlms.errors import (
    AssociationRefused,
    DecodeError,
    SecurityDowngraded,
    ServiceFailed,
    ServiceRefused,
    UnexpectedAnswer,
    service_refused,
)
from bijlighar.dlms.security import (
    MAX_CHALLENGE,
    MIN_CHALLENGE,
    TITLE_SIZE,
    Authentication,
    SecurityControl,
    SecurityKeys,
)

MAX_TRANSFER = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Who the client is, how it shows that, and with which keys.

    With `keys` the association is ciphered; HLS needs them. `secret` is the LLS password.
    `meter_title`, where it is known, must be the title that answers.

    Some makes do less or other than the rule: `control` is the protection that is used and
    the least that is taken; `is_general` seals in general-glo (and general-ded) form;
    `dedicated_key`, 16 random octets for this association alone, protects its services
    in place of the global encryption key. `conformance` is what is proposed to the meter:
    services that it does not agree to are not used. `max_transfer` ends a long answer.
    """

    client_sap: int
    authentication: Authentication = Authentication.NONE
    system_title: bytes = b""
    keys: SecurityKeys | None = None
    secret: bytes = field(default=b"", repr=False)
    server_sap: int = 1
    max_pdu: int = 1024
    meter_title: bytes | None = None
    control: SecurityControl = SecurityControl.AUTHENTICATED_ENCRYPTED
    is_general: bool = False
    dedicated_key: bytes | None = field(default=None, repr=False)
    conformance: initiate.Conformance = initiate.SPOKEN
    max_transfer: int = MAX_TRANSFER

    def __post_init__(self) -> None:
        assert self.keys is None or len(self.system_title) == TITLE_SIZE
        assert self.keys is not None or self.authentication is not Authentication.HLS_GMAC
        # A key is sent to the meter under another: that one must hide it.
        assert self.dedicated_key is None or (
            self.keys is not None and self.control & SecurityControl.ENCRYPTED
        )

    @property
    def dedicated_keys(self) -> SecurityKeys | None:
        """The keys under which services go, where there is a dedicated key."""
        if self.keys is None or self.dedicated_key is None:
            return None
        return replace(self.keys, encryption_key=self.dedicated_key)


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


def refusal_in(response: association.AssociateResponse) -> AssociationRefused | None:
    """Why the meter does not open the association, in numbers and words."""
    if response.result == association.ACCEPTED:
        return None
    return AssociationRefused(
        "the meter refuses the association",
        result=response.result,
        diagnostic=response.diagnostic,
        error=_initiate_error(response.user_information),
    )


def _initiate_error(information: bytes | None) -> ServiceFailed | None:
    """What a confirmed-service-error inside a refusal adds, where there is a good one."""
    try:
        refusal = exception_in(information or b"")
    except DecodeError:
        return None
    return refusal if isinstance(refusal, ServiceFailed) else None


def exception_in(apdu: bytes) -> ServiceRefused | None:
    """What an exception-response or confirmed-service-error says; they come unprotected."""
    tag = apdu[0] if apdu else None
    if tag == exceptions.EXCEPTION_TAG:
        response = exceptions.ExceptionResponse.from_bytes(apdu)
        return service_refused(
            response.state_error, response.service_error, response.counter
        )
    if tag == exceptions.SERVICE_ERROR_TAG:
        error = exceptions.ConfirmedServiceError.from_bytes(apdu)
        return ServiceFailed(service=error.service, group=error.group, error=error.error)
    return None

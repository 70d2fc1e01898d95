"""Whether a server opens an association: the checks of an AARQ, in their order.

Each check returns nothing or raises `NotAdmitted`; nothing here changes any state.

Source: IEC 62056-5-3, AARQ and AARE, InitiateRequest.
"""

from __future__ import annotations

from bijlighar.dlms.apdu import association, exceptions, initiate
from bijlighar.dlms.device import ServerClient
from bijlighar.dlms.errors import EncodeError, RefusedError
from bijlighar.dlms.security import (
    MAX_CHALLENGE,
    MIN_CHALLENGE,
    TITLE_SIZE,
    Authentication,
    same_secret,
)
from bijlighar.dlms.serving.guard import Guard

MIN_PDU = 64


class NotAdmitted(RefusedError):
    """The association is not opened; `initiate_error` tells more where there is more."""

    def __init__(
        self, diagnostic: int, initiate_error: exceptions.InitiateError | None = None
    ) -> None:
        super().__init__(f"not admitted: diagnostic {diagnostic}")
        self.diagnostic = diagnostic
        self.initiate_error = initiate_error

    def response(self, *, ciphered: bool) -> association.AssociateResponse:
        """The AARE that says so."""
        error = self.initiate_error
        return association.AssociateResponse(
            ciphered=ciphered,
            result=association.REJECTED_FOR_GOOD,
            diagnostic=self.diagnostic,
            user_information=(
                None
                if error is None
                else exceptions.ConfirmedServiceError(error=error).to_bytes()
            ),
        )


def check_names(
    request: association.AssociateRequest, client: ServerClient, own_title: bytes
) -> None:
    """Context, mechanism and title must be the ones agreed for this client."""
    if request.ciphered is not (client.keys is not None):
        raise NotAdmitted(association.CONTEXT_NOT_SUPPORTED)
    mechanism = request.mechanism or Authentication.NONE
    if mechanism != client.authentication:
        raise NotAdmitted(
            association.MECHANISM_REQUIRED
            if mechanism == Authentication.NONE
            else association.MECHANISM_NOT_RECOGNISED
        )
    title = request.client_title
    if client.keys is not None and (
        title is None or len(title) != TITLE_SIZE or title == own_title
    ):
        raise NotAdmitted(association.NO_REASON_GIVEN)


def check_value(
    request: association.AssociateRequest, client: ServerClient, own_challenge: bytes
) -> None:
    """The password must be right; a challenge long enough and not our own."""
    value = request.authentication_value or b""
    if client.authentication is Authentication.LLS:
        admitted = same_secret(client.secret, value)
    elif client.authentication is Authentication.HLS_GMAC:
        admitted = MIN_CHALLENGE <= len(value) <= MAX_CHALLENGE and value != own_challenge
    else:
        admitted = True
    if not admitted:
        raise NotAdmitted(association.AUTHENTICATION_FAILURE)


def agree(
    request: initiate.InitiateRequest, client: ServerClient, own_max_pdu: int
) -> initiate.InitiateResponse:
    """The version, services and APDU size that both sides can do.

    General protection is agreed with a client of that form only: another would use it, and
    be refused.
    """
    served = initiate.SERVED
    if not client.is_general:
        served &= ~initiate.Conformance.GENERAL_PROTECTION
    if request.version != initiate.DLMS_VERSION:
        raise _not_agreed(exceptions.InitiateError.DLMS_VERSION_TOO_LOW)
    if not request.conformance & served:
        raise _not_agreed(exceptions.InitiateError.INCOMPATIBLE_CONFORMANCE)
    if request.max_pdu != initiate.NO_LIMIT and request.max_pdu < MIN_PDU:
        raise _not_agreed(exceptions.InitiateError.PDU_SIZE_TOO_SHORT)
    return initiate.InitiateResponse(
        conformance=request.conformance & served, max_pdu=own_max_pdu
    )


def hold_dedicated_key(request: initiate.InitiateRequest, guard: Guard) -> None:
    """A key that the client gives must be one."""
    try:
        guard.hold_dedicated_key(request.dedicated_key)
    except EncodeError as error:
        raise _not_agreed(exceptions.InitiateError.OTHER) from error


def _not_agreed(error: exceptions.InitiateError) -> NotAdmitted:
    return NotAdmitted(association.NO_REASON_GIVEN, error)

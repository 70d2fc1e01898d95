"""The APDUs, one family to a file, and the table that tells them apart by their tag."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from bijlighar.dlms.apdu import (
    action,
    association,
    blocks,
    ciphered,
    exceptions,
    get,
    initiate,
    notification,
)
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.apdu.ciphered import PLAIN_TAG_OF, CipheredApdu
from bijlighar.dlms.errors import DecodeError

Apdu: TypeAlias = (
    association.AssociateRequest
    | association.AssociateResponse
    | association.ReleaseRequest
    | association.ReleaseResponse
    | initiate.InitiateRequest
    | initiate.InitiateResponse
    | get.AnyGetRequest
    | get.AnyGetResponse
    | set_.AnySetRequest
    | set_.AnySetResponse
    | action.AnyActionRequest
    | action.AnyActionResponse
    | notification.DataNotification
    | notification.EventNotification
    | blocks.GeneralBlock
    | exceptions.ExceptionResponse
    | exceptions.ConfirmedServiceError
    | CipheredApdu
    | ciphered.GeneralCipheredApdu
    | ciphered.GeneralCiphering
    | ciphered.GeneralSigning
)

_DECODERS: dict[int, Callable[[bytes], Apdu]] = {
    association.AARQ_TAG: association.AssociateRequest.from_bytes,
    association.AARE_TAG: association.AssociateResponse.from_bytes,
    association.RLRQ_TAG: association.ReleaseRequest.from_bytes,
    association.RLRE_TAG: association.ReleaseResponse.from_bytes,
    initiate.REQUEST_TAG: initiate.InitiateRequest.from_bytes,
    initiate.RESPONSE_TAG: initiate.InitiateResponse.from_bytes,
    get.REQUEST_TAG: get.request_from_bytes,
    get.RESPONSE_TAG: get.response_from_bytes,
    set_.REQUEST_TAG: set_.request_from_bytes,
    set_.RESPONSE_TAG: set_.response_from_bytes,
    action.REQUEST_TAG: action.request_from_bytes,
    action.RESPONSE_TAG: action.response_from_bytes,
    exceptions.EXCEPTION_TAG: exceptions.ExceptionResponse.from_bytes,
    exceptions.SERVICE_ERROR_TAG: exceptions.ConfirmedServiceError.from_bytes,
    notification.DATA_TAG: notification.DataNotification.from_bytes,
    notification.EVENT_TAG: notification.EventNotification.from_bytes,
    blocks.GENERAL_TAG: blocks.GeneralBlock.from_bytes,
    ciphered.GENERAL_GLOBAL_TAG: ciphered.GeneralCipheredApdu.from_bytes,
    ciphered.GENERAL_DEDICATED_TAG: ciphered.GeneralCipheredApdu.from_bytes,
    ciphered.GENERAL_CIPHERING_TAG: ciphered.GeneralCiphering.from_bytes,
    ciphered.GENERAL_SIGNING_TAG: ciphered.GeneralSigning.from_bytes,
    **dict.fromkeys(PLAIN_TAG_OF, CipheredApdu.from_bytes),
}


def decode(data: bytes) -> Apdu:
    """Read any APDU by its tag; raises `DecodeError` for unknown tags and bad octets."""
    decoder = _DECODERS.get(data[0]) if data else None
    if decoder is None:
        raise DecodeError("no APDU that is spoken here", offset=0, data=data)
    return decoder(data)

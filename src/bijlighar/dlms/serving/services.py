"""What an associated server does for one client, by what the two have agreed on.

Requests and responses here are plain; the session around has opened the one and seals the
other. A request of one service ends what is under way in the others.

Source: IEC 62056-5-3, GET, SET and ACTION services; Conformance.
"""

from __future__ import annotations

from bijlighar.dlms.apdu import Apdu, action, get
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.apdu.exceptions import ServiceError, StateError
from bijlighar.dlms.apdu.initiate import Conformance
from bijlighar.dlms.device import LogicalDevice
from bijlighar.dlms.errors import ServiceRefused
from bijlighar.dlms.serving.acting import Acting
from bijlighar.dlms.serving.reading import Reading
from bijlighar.dlms.serving.writing import Writing

_NEEDED = {
    get.GetRequestList: Conformance.MULTIPLE_REFERENCES,
    set_.SetRequestList: Conformance.MULTIPLE_REFERENCES,
    action.ActionRequestList: Conformance.MULTIPLE_REFERENCES,
    set_.SetRequestFirstBlock: Conformance.BLOCK_TRANSFER_WITH_SET,
    action.ActionRequestFirstBlock: Conformance.BLOCK_TRANSFER_WITH_ACTION,
}


class Services:
    """One client's services; no response is longer than `max_response`."""

    def __init__(
        self,
        *,
        device: LogicalDevice,
        client_sap: int,
        max_response: int,
        conformance: int,
    ) -> None:
        self._conformance = conformance
        self._reading = Reading(
            device=device, client_sap=client_sap, max_response=max_response
        )
        self._writing = Writing(device=device, client_sap=client_sap)
        self._acting = Acting(
            device=device,
            client_sap=client_sap,
            max_response=max_response,
            may_answer_in_blocks=bool(conformance & Conformance.BLOCK_TRANSFER_WITH_ACTION),
        )

    def serve(self, request: Apdu) -> bytes:
        """The answer to a request; raises `ServiceRefused` for what is not agreed on."""
        needed = _NEEDED.get(type(request), Conformance(0))
        if self._conformance & needed != needed:
            raise unsupported()
        if not isinstance(request, get.GetRequestNext):
            self._reading.forget()
        if isinstance(request, get.AnyGetRequest):
            self._writing.forget()
            self._acting.forget()
            return self._reading.serve(request)
        if isinstance(request, set_.AnySetRequest):
            self._acting.forget()
            return self._writing.serve(request)
        if isinstance(request, action.AnyActionRequest):
            self._writing.forget()
            return self._acting.serve(request)
        raise unsupported()


def unsupported() -> ServiceRefused:
    """The service is none that is served here."""
    return ServiceRefused(
        state_error=StateError.SERVICE_UNKNOWN,
        service_error=ServiceError.SERVICE_NOT_SUPPORTED,
    )

"""GET on the meter's side: one attribute or several, the answer whole or in blocks.

Source: IEC 62056-5-3, GET service.
"""

from __future__ import annotations

from bijlighar.dlms.apdu import get
from bijlighar.dlms.apdu.descriptor import Failure
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import (
    AccessResult,
    AccessSelection,
    Attribute,
    Selection,
    selection_from_access,
)
from bijlighar.dlms.device import AccessDenied, LogicalDevice
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.serving.cutting import Cutting
from bijlighar.dlms.serving.refusals import access_result

_NORMAL_HEAD = 4  # tag, kind, invocation, alternative
_LIST_HEAD = 3  # tag, kind, invocation


class Reading:
    """One client's GETs; no response is longer than `max_response`."""

    def __init__(
        self, *, device: LogicalDevice, client_sap: int, max_response: int
    ) -> None:
        self._device = device
        self._client_sap = client_sap
        self._max_response = max_response
        self._under_way: Cutting | None = None

    def forget(self) -> None:
        """End a long answer that is under way."""
        self._under_way = None

    def serve(self, request: get.AnyGetRequest) -> bytes:
        """The answer, or its first or next block."""
        if isinstance(request, get.GetRequestNext):
            return self._next(request)
        if isinstance(request, get.GetRequest):
            outcome = self._read(request.attribute, request.selection)
            response = get.GetResponse(invoke=request.invoke, outcome=outcome).to_bytes()
            if isinstance(outcome, Failure):
                return response
            return self._whole_or_first_block(response, _NORMAL_HEAD, request.invoke)
        outcomes = tuple(self._read(*target) for target in request.attributes)
        response = get.GetResponseList(invoke=request.invoke, outcomes=outcomes).to_bytes()
        return self._whole_or_first_block(response, _LIST_HEAD, request.invoke)

    def _whole_or_first_block(self, response: bytes, head: int, invoke: int) -> bytes:
        if len(response) <= self._max_response:
            return response
        self._under_way = Cutting(response[head:], max_response=self._max_response)
        return self._block(self._under_way, invoke)

    def _next(self, request: get.GetRequestNext) -> bytes:
        under_way = self._under_way
        if under_way is None:
            return _failed(request, AccessResult.NO_LONG_GET_IN_PROGRESS)
        if request.block != under_way.sent:
            self._under_way = None
            return _failed(request, AccessResult.DATA_BLOCK_NUMBER_INVALID)
        return self._block(under_way, request.invoke)

    def _block(self, under_way: Cutting, invoke: int) -> bytes:
        block = under_way.next()
        if block.last:
            self._under_way = None
        return get.GetResponseBlock(
            invoke=invoke, last=block.last, block=block.number, raw=block.raw
        ).to_bytes()

    def _read(self, attribute: Attribute, access: AccessSelection | None) -> Data | Failure:
        selection: Selection | None = None
        if access is not None:
            try:
                selection = selection_from_access(access)
            except DecodeError:
                return Failure(result=AccessResult.TYPE_UNMATCHED)
        try:
            return self._device.read(
                client_sap=self._client_sap, attribute=attribute, selection=selection
            )
        except AccessDenied as denied:
            return Failure(result=access_result(denied))


def _failed(request: get.GetRequestNext, result: AccessResult) -> bytes:
    return get.GetResponseBlock(
        invoke=request.invoke, last=True, block=request.block, raw=Failure(result=result)
    ).to_bytes()

"""What an associated server does for one client: GET with blocks, SET and ACTION.

Requests and responses here are plain; the session around has opened the one and seals the
other. The only memory is the long GET under way.

Source: IEC 62056-5-3, GET, SET and ACTION services.
"""

from __future__ import annotations

from dataclasses import dataclass

from bijlighar.dlms.apdu import action
from bijlighar.dlms.apdu import get as get_
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.apdu.descriptor import Failure
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import (
    REPLY_TO_HLS,
    AccessResult,
    ActionResult,
    Selection,
    selection_from_access,
)
from bijlighar.dlms.device import AccessDenied, LogicalDevice
from bijlighar.dlms.errors import DecodeError

_NORMAL_HEAD = 4  # tag, kind, invoke, alternative
# tag, kind, invoke, last, block number (4), alternative, length (3)
_BLOCK_OVERHEAD = 12


@dataclass(slots=True)
class _LongGet:
    """An encoded value on its way; block number `sent` is the last that was sent."""

    pieces: bytes
    sent: int = 0


class Services:
    """One client's services; no response is longer than `max_response`."""

    def __init__(
        self, *, device: LogicalDevice, client_sap: int, max_response: int
    ) -> None:
        self._device = device
        self._client_sap = client_sap
        self._max_response = max_response
        self._long_get: _LongGet | None = None

    def get(self, request: get_.GetRequest) -> bytes:
        """The answer to a GET, or its first block."""
        self._long_get = None
        outcome = self._read(request)
        response = get_.GetResponse(invoke=request.invoke, outcome=outcome).to_bytes()
        if isinstance(outcome, Failure) or len(response) <= self._max_response:
            return response
        self._long_get = _LongGet(response[_NORMAL_HEAD:])
        return self._next_block(self._long_get, request.invoke)

    def get_next(self, request: get_.GetRequestNext) -> bytes:
        """The block after the one that the client has."""
        under_way = self._long_get
        if under_way is None:
            return _failed(request, AccessResult.NO_LONG_GET_IN_PROGRESS)
        if request.block != under_way.sent:
            self._long_get = None
            return _failed(request, AccessResult.DATA_BLOCK_NUMBER_INVALID)
        return self._next_block(under_way, request.invoke)

    def set(self, request: set_.SetRequest) -> bytes:
        """The answer to a SET."""
        self._long_get = None
        result = AccessResult.SUCCESS
        if request.selection is not None:
            result = AccessResult.SCOPE_OF_ACCESS_VIOLATED
        else:
            try:
                self._device.write(
                    client_sap=self._client_sap,
                    attribute=request.attribute,
                    value=request.value,
                )
            except AccessDenied as denied:
                result = _access_result(denied)
        return set_.SetResponse(invoke=request.invoke, result=result).to_bytes()

    def act(self, request: action.ActionRequest) -> bytes:
        """The answer to an ACTION."""
        self._long_get = None
        outcome: Data | None = None
        result = ActionResult.SUCCESS
        if request.method == REPLY_TO_HLS:
            result = ActionResult.READ_WRITE_DENIED
        else:
            try:
                outcome = self._device.invoke(
                    client_sap=self._client_sap,
                    method=request.method,
                    parameter=request.parameter,
                )
            except AccessDenied as denied:
                result = _action_result(denied)
        response = action.ActionResponse(
            invoke=request.invoke, result=result, outcome=outcome
        ).to_bytes()
        if len(response) <= self._max_response:
            return response
        return action.ActionResponse(
            invoke=request.invoke, result=ActionResult.LONG_ACTION_ABORTED
        ).to_bytes()

    def _read(self, request: get_.GetRequest) -> Data | Failure:
        selection: Selection | None = None
        if request.selection is not None:
            try:
                selection = selection_from_access(request.selection)
            except DecodeError:
                return Failure(result=AccessResult.TYPE_UNMATCHED)
        try:
            return self._device.read(
                client_sap=self._client_sap,
                attribute=request.attribute,
                selection=selection,
            )
        except AccessDenied as denied:
            return Failure(result=_access_result(denied))

    def _next_block(self, under_way: _LongGet, invoke: int) -> bytes:
        size = self._max_response - _BLOCK_OVERHEAD
        start = under_way.sent * size
        under_way.sent += 1
        last = start + size >= len(under_way.pieces)
        if last:
            self._long_get = None
        return get_.GetResponseBlock(
            invoke=invoke,
            last=last,
            block=under_way.sent,
            raw=under_way.pieces[start : start + size],
        ).to_bytes()


def _failed(request: get_.GetRequestNext, result: AccessResult) -> bytes:
    return get_.GetResponseBlock(
        invoke=request.invoke, last=True, block=request.block, raw=Failure(result=result)
    ).to_bytes()


def _access_result(denied: AccessDenied) -> AccessResult:
    if isinstance(denied.result, AccessResult):
        return denied.result
    return AccessResult.__members__.get(denied.result.name, AccessResult.OTHER_REASON)


def _action_result(denied: AccessDenied) -> ActionResult:
    if isinstance(denied.result, ActionResult):
        return denied.result
    return ActionResult.__members__.get(denied.result.name, ActionResult.OTHER_REASON)

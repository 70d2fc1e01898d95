"""ACTION on the meter's side: one method or several, either way whole or in blocks.

Nothing is done before the last block is there and the parameters can be read. What has been
done is not undone where the answer is too long for a client that takes no blocks.

Source: IEC 62056-5-3, ACTION service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bijlighar.dlms import axdr
from bijlighar.dlms.apdu import action
from bijlighar.dlms.apdu.action import Outcome
from bijlighar.dlms.apdu.blocks import Block
from bijlighar.dlms.apdu.descriptor import read_counted
from bijlighar.dlms.axdr import Data, Tag
from bijlighar.dlms.cosem import REPLY_TO_HLS, ActionResult, Method
from bijlighar.dlms.device import AccessDenied, LogicalDevice
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.reader import Reader
from bijlighar.dlms.serving.cutting import Cutting
from bijlighar.dlms.serving.joining import Joined, Joining
from bijlighar.dlms.serving.refusals import action_result

_HEAD = 3  # tag, kind, invocation


@dataclass(slots=True)
class _LongRequest:
    """An ACTION whose parameters come in blocks."""

    methods: tuple[Method, ...]
    is_list: bool
    joining: Joining = field(default_factory=Joining)


class Acting:
    """One client's ACTIONs; no response is longer than `max_response`."""

    def __init__(
        self,
        *,
        device: LogicalDevice,
        client_sap: int,
        max_response: int,
        may_answer_in_blocks: bool,
    ) -> None:
        self._device = device
        self._client_sap = client_sap
        self._max_response = max_response
        self._may_answer_in_blocks = may_answer_in_blocks
        self._coming: _LongRequest | None = None
        self._going: Cutting | None = None

    def forget(self) -> None:
        """Drop a long request or answer that is under way."""
        self._coming = self._going = None

    def serve(self, request: action.AnyActionRequest) -> bytes:
        """The answer, a block of it, or the wish for the next block."""
        if isinstance(request, action.ActionRequestNext):
            return self._next(request)
        self._going = None
        if isinstance(request, action.ActionRequest):
            outcome = self._invoke(request.method, request.parameter)
            return self._answer(request.invoke, (outcome,), is_list=False)
        if isinstance(request, action.ActionRequestList):
            outcomes = self._invoke_all(request.methods, request.parameters)
            return self._answer(request.invoke, outcomes, is_list=True)
        if isinstance(request, action.ActionRequestFirstBlock):
            self._coming = _LongRequest(request.methods, request.is_list)
        return self._take(request.invoke, request.block)

    def _take(self, invoke: int, block: Block) -> bytes:
        coming = self._coming
        if coming is None:
            return _refused(invoke, ActionResult.NO_LONG_ACTION_IN_PROGRESS)
        joined = coming.joining.take(block)
        if joined is Joined.GOES_ON:
            return action.ActionResponseNext(invoke=invoke, block=block.number).to_bytes()
        self._coming = None
        if joined is not Joined.WHOLE:
            return _refused(invoke, ActionResult.LONG_ACTION_ABORTED)
        outcomes = self._invoke_long(coming)
        return self._answer(invoke, outcomes, is_list=coming.is_list)

    def _invoke_long(self, long: _LongRequest) -> tuple[Outcome, ...]:
        reader = Reader(long.joining.octets)
        try:
            parameters = (
                read_counted(reader, axdr.read) if long.is_list else (axdr.read(reader),)
            )
            reader.finish()
        except DecodeError:
            return (Outcome(result=ActionResult.TYPE_UNMATCHED),) * len(long.methods)
        return self._invoke_all(long.methods, parameters)

    def _invoke_all(
        self, methods: Sequence[Method], parameters: Sequence[Data]
    ) -> tuple[Outcome, ...]:
        if len(methods) != len(parameters):
            return (Outcome(result=ActionResult.TYPE_UNMATCHED),) * len(methods)
        return tuple(
            self._invoke(method, None if given.tag is Tag.NULL else given)
            for method, given in zip(methods, parameters, strict=True)
        )

    def _invoke(self, method: Method, parameter: Data | None) -> Outcome:
        if method == REPLY_TO_HLS:
            return Outcome(result=ActionResult.READ_WRITE_DENIED)
        try:
            given = self._device.invoke(
                client_sap=self._client_sap, method=method, parameter=parameter
            )
        except AccessDenied as denied:
            return Outcome(result=action_result(denied))
        return Outcome(result=ActionResult.SUCCESS, outcome=given)

    def _answer(
        self, invoke: int, outcomes: tuple[Outcome, ...], *, is_list: bool
    ) -> bytes:
        if is_list:
            whole = action.ActionResponseList(invoke=invoke, outcomes=outcomes).to_bytes()
        else:
            (only,) = outcomes
            whole = action.ActionResponse(
                invoke=invoke, result=only.result, outcome=only.outcome
            ).to_bytes()
        if len(whole) <= self._max_response:
            return whole
        if not self._may_answer_in_blocks:
            return _refused(invoke, ActionResult.LONG_ACTION_ABORTED)
        self._going = Cutting(whole[_HEAD:], max_response=self._max_response)
        return self._block(self._going, invoke)

    def _next(self, request: action.ActionRequestNext) -> bytes:
        going, self._coming = self._going, None
        if going is None:
            return _refused(request.invoke, ActionResult.NO_LONG_ACTION_IN_PROGRESS)
        if request.block != going.sent:
            self._going = None
            return _refused(request.invoke, ActionResult.LONG_ACTION_ABORTED)
        return self._block(going, request.invoke)

    def _block(self, going: Cutting, invoke: int) -> bytes:
        block = going.next()
        if block.last:
            self._going = None
        return action.ActionResponseBlock(invoke=invoke, block=block).to_bytes()


def _refused(invoke: int, result: ActionResult) -> bytes:
    return action.ActionResponse(invoke=invoke, result=result).to_bytes()

"""SET on the meter's side: one attribute or several, the values whole or in blocks.

Nothing is written before the last block is there and the values can be read.

Source: IEC 62056-5-3, SET service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bijlighar.dlms import axdr
from bijlighar.dlms.apdu import set as set_
from bijlighar.dlms.apdu.blocks import Block
from bijlighar.dlms.apdu.descriptor import read_counted
from bijlighar.dlms.axdr import Data
from bijlighar.dlms.cosem import AccessResult
from bijlighar.dlms.device import AccessDenied, LogicalDevice
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.reader import Reader
from bijlighar.dlms.serving.joining import Joined, Joining
from bijlighar.dlms.serving.refusals import access_result

_WHY_ENDED = {
    Joined.OUT_OF_ORDER: AccessResult.DATA_BLOCK_NUMBER_INVALID,
    Joined.TOO_LONG: AccessResult.LONG_SET_ABORTED,
}


@dataclass(slots=True)
class _LongSet:
    """A SET whose values come in blocks."""

    targets: tuple[set_.Target, ...]
    is_list: bool
    joining: Joining = field(default_factory=Joining)


class Writing:
    """One client's SETs."""

    def __init__(self, *, device: LogicalDevice, client_sap: int) -> None:
        self._device = device
        self._client_sap = client_sap
        self._under_way: _LongSet | None = None

    def forget(self) -> None:
        """Drop a long SET that is under way: nothing of it was written."""
        self._under_way = None

    def serve(self, request: set_.AnySetRequest) -> bytes:
        """The answer, or the wish for the next block."""
        if isinstance(request, set_.SetRequest):
            result = self._write((request.attribute, request.selection), request.value)
            return set_.SetResponse(invoke=request.invoke, result=result).to_bytes()
        if isinstance(request, set_.SetRequestList):
            results = self._write_all(request.targets, request.values)
            return set_.SetResponseList(invoke=request.invoke, results=results).to_bytes()
        if isinstance(request, set_.SetRequestFirstBlock):
            self._under_way = _LongSet(request.targets, request.is_list)
        return self._take(request.invoke, request.block)

    def _take(self, invoke: int, block: Block) -> bytes:
        under_way = self._under_way
        if under_way is None:
            return set_.SetResponse(
                invoke=invoke,
                result=AccessResult.NO_LONG_SET_IN_PROGRESS,
                block=block.number,
            ).to_bytes()
        joined = under_way.joining.take(block)
        if joined is Joined.GOES_ON:
            return set_.SetResponseNext(invoke=invoke, block=block.number).to_bytes()
        self._under_way = None
        if joined is Joined.WHOLE:
            results = self._write_long(under_way)
        else:
            results = (_WHY_ENDED[joined],) * len(under_way.targets)
        if under_way.is_list:
            return set_.SetResponseList(
                invoke=invoke, results=results, block=block.number
            ).to_bytes()
        (result,) = results
        return set_.SetResponse(invoke=invoke, result=result, block=block.number).to_bytes()

    def _write_long(self, long: _LongSet) -> tuple[AccessResult, ...]:
        reader = Reader(long.joining.octets)
        try:
            values = (
                read_counted(reader, axdr.read) if long.is_list else (axdr.read(reader),)
            )
            reader.finish()
        except DecodeError:
            return (AccessResult.TYPE_UNMATCHED,) * len(long.targets)
        return self._write_all(long.targets, values)

    def _write_all(
        self, targets: Sequence[set_.Target], values: Sequence[Data]
    ) -> tuple[AccessResult, ...]:
        if len(targets) != len(values):
            return (AccessResult.TYPE_UNMATCHED,) * len(targets)
        return tuple(map(self._write, targets, values))

    def _write(self, target: set_.Target, value: Data) -> AccessResult:
        attribute, selection = target
        if selection is not None:
            return AccessResult.SCOPE_OF_ACCESS_VIOLATED
        try:
            self._device.write(
                client_sap=self._client_sap, attribute=attribute, value=value
            )
        except AccessDenied as denied:
            return access_result(denied)
        return AccessResult.SUCCESS

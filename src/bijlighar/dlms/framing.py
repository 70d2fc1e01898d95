"""The APDUs in octets of any framing, found out by looking: for tools and pushes.

A head-end knows how its meters travel and uses `wrapper` or `hdlc` as they are; somebody
with a capture in hand knows less. What is wrong in any frame is a `DecodeError` here.

Source: IEC 62056-4-7, -46, -7-3 (wrapper, HDLC, M-Bus); general block transfer 62056-5-3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bijlighar.dlms import hdlc, llc, mbus, wrapper
from bijlighar.dlms.apdu.blocks import GENERAL_TAG, GeneralBlock
from bijlighar.dlms.errors import DecodeError
from bijlighar.dlms.reader import Reader


class Framing(Enum):
    """How APDUs travel."""

    WRAPPER = "wrapper"
    HDLC = "hdlc"
    MBUS = "m-bus"
    LLC = "llc"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """What was found: the APDUs, each whole, and the frames that carry none."""

    framing: Framing
    apdus: tuple[bytes, ...]
    other_frames: tuple[hdlc.Frame, ...] = ()


def read_any(data: bytes, *, stuffed: bool = False) -> Framed:
    """Take the APDUs out of their frames, and join general blocks.

    `stuffed` is for HDLC with octets hidden. Raises `DecodeError` for any damage.
    """
    found = _read_framed(data, stuffed)
    return replace(found, apdus=tuple(_join_blocks(found.apdus)))


def _read_framed(data: bytes, stuffed: bool) -> Framed:
    if not data:
        raise DecodeError("no octets", offset=0, data=data)
    if data[0] == hdlc.FLAG:
        return _read_hdlc(data, stuffed)
    if data[0] == mbus.START:
        return Framed(framing=Framing.MBUS, apdus=(mbus.apdu_in(data),))
    if data[:2] == wrapper.VERSION.to_bytes(2, "big") and _is_wrapped(data):
        return _read_wrapper(data)
    if data[:3] in (llc.COMMAND, llc.RESPONSE):
        return Framed(framing=Framing.LLC, apdus=(llc.stripped(data),))
    return Framed(framing=Framing.NONE, apdus=(data,))


def _is_wrapped(data: bytes) -> bool:
    """Whether a length follows that can be a frame's: 0001 opens an initiate as well."""
    return len(data) >= wrapper.HEADER_SIZE and (
        int.from_bytes(data[6:8], "big") <= len(data) - wrapper.HEADER_SIZE
    )


def _read_wrapper(data: bytes) -> Framed:
    reader = wrapper.FrameReader(max_payload=wrapper.MAX_PAYLOAD)
    reader.feed(data)
    payloads = tuple(frame.payload for frame in reader.frames())
    size = sum(wrapper.HEADER_SIZE + len(payload) for payload in payloads)
    if size != len(data):
        raise DecodeError("the last frame is cut short", offset=size, data=data)
    return Framed(framing=Framing.WRAPPER, apdus=payloads)


def _read_hdlc(data: bytes, stuffed: bool) -> Framed:
    reader = hdlc.FrameReader(stuffed=stuffed)
    reader.feed(data)
    frames = list(reader.frames())
    if reader.last_error is not None:
        raise reader.last_error
    if not frames or reader.is_inside_a_frame:
        raise DecodeError("the last frame is cut short", offset=len(data), data=data)
    carrying = [frame for frame in frames if _carries_apdu(frame)]
    return Framed(
        framing=Framing.HDLC,
        apdus=tuple(_join_segments(carrying)),
        other_frames=tuple(frame for frame in frames if not _carries_apdu(frame)),
    )


def _carries_apdu(frame: hdlc.Frame) -> bool:
    is_numbered = frame.control & 1 == 0
    is_unnumbered = frame.control & ~hdlc.POLL == hdlc.UI
    return bool(frame.information) and (is_numbered or is_unnumbered)


def _join_segments(frames: Sequence[hdlc.Frame]) -> list[bytes]:
    """The APDUs of frames in order; an unended one comes as far as it goes."""
    apdus: list[bytes] = []
    pieces = b""
    for at, frame in enumerate(frames):
        pieces += frame.information
        if frame.is_segmented and at + 1 < len(frames):
            continue
        has_head = pieces[: len(llc.COMMAND)] in (llc.COMMAND, llc.RESPONSE)
        apdus.append(llc.stripped(pieces) if has_head else pieces)
        pieces = b""
    return apdus


def _join_blocks(apdus: Sequence[bytes]) -> list[bytes]:
    """General blocks in order joined to the APDU that they carry; others as they are."""
    joined: list[bytes] = []
    pieces: list[bytes] = []
    for apdu in apdus:
        if apdu[:1] != bytes((GENERAL_TAG,)):
            joined.append(apdu)
            continue
        reader = Reader(apdu)
        while reader.remaining:
            block = GeneralBlock.read(reader)
            if block.number != len(pieces) + 1:
                raise reader.error(f"block {len(pieces) + 1} expected")
            pieces.append(block.piece)
            if block.last:
                joined.append(b"".join(pieces))
                pieces = []
    if pieces:
        raise DecodeError("the last block has not come", offset=0, data=b"".join(pieces))
    return joined

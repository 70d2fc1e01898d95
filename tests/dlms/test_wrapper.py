"""The wrapper: frames in a stream, however it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dlms.errors import DecodeError, EncodeError
from bijlighar.dlms.wrapper import Frame, FrameReader

from .known import octets, vectors

ENTRIES = vectors("wrapper")
PORTS = st.integers(0, 0xFFFF)
FRAMES = st.builds(Frame, PORTS, PORTS, st.binary(max_size=60))


@pytest.mark.parametrize("name", ENTRIES)
def test_captured_datagrams_are_read_and_written_back(name):
    data = octets(ENTRIES[name])
    frame = Frame.from_bytes(data)
    assert (frame.source, frame.destination) == (1, 1)
    assert frame.to_bytes() == data


@given(st.lists(FRAMES, max_size=5), st.integers(1, 20))
def test_frames_come_out_however_the_stream_is_cut(frames, piece):
    stream = b"".join(frame.to_bytes() for frame in frames)
    reader = FrameReader()
    heard = []
    for start in range(0, len(stream), piece):
        reader.feed(stream[start : start + piece])
        heard += reader.frames()
    assert heard == frames
    assert reader.next_frame() is None


def test_a_wrong_version_stops_the_stream_for_good():
    reader = FrameReader()
    reader.feed(bytes.fromhex("0002003000010000"))
    for _ in range(2):
        with pytest.raises(DecodeError, match="version 2"):
            reader.next_frame()
        reader.feed(Frame(48, 1, b"").to_bytes())


def test_a_frame_over_the_limit_is_refused_before_it_has_come():
    reader = FrameReader(max_payload=10)
    reader.feed(Frame(48, 1, bytes(10)).to_bytes())
    assert reader.next_frame() == Frame(48, 1, bytes(10))
    reader.feed(Frame(48, 1, bytes(11)).to_bytes()[:8])
    with pytest.raises(DecodeError, match="too long") as refusal:
        reader.next_frame()
    assert refusal.value.offset == 6


@pytest.mark.parametrize("data", ["", "0001003000010001", "00010030000100000000"])
def test_a_datagram_is_one_whole_frame(data):
    with pytest.raises(DecodeError):
        Frame.from_bytes(bytes.fromhex(data))


@pytest.mark.parametrize(
    "frame", [Frame(-1, 1, b""), Frame(1, 65_536, b""), Frame(1, 1, bytes(65_536))]
)
def test_what_fits_no_header_is_not_sent(frame):
    with pytest.raises(EncodeError):
        frame.to_bytes()


@given(st.binary(max_size=60))
def test_any_stream_gives_frames_or_is_refused(data):
    reader = FrameReader()
    reader.feed(data)
    try:
        heard = b"".join(frame.to_bytes() for frame in reader.frames())
    except DecodeError:
        return
    assert data.startswith(heard)

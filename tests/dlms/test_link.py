"""HDLC links: numbered, cut and joined, and right over a line that loses and bends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.dlms import hdlc
from bijlighar.dlms.errors import DecodeError, OutOfTurn
from bijlighar.dlms.hdlc import POLL, UI, Address, Frame
from bijlighar.dlms.link import numbering
from bijlighar.dlms.link.numbering import Receiving, Segment, Sending
from bijlighar.dlms.link.parameters import Parameters
from bijlighar.dlms.link.primary import MAX_TRIES, LinkLost, LinkState, PrimaryStation
from bijlighar.dlms.link.secondary import SecondaryStation

from .known import octets, vectors

CLIENT, METER = Address(16), Address(1, 17, 2)
FRAMES = vectors("hdlc")
SIZES = st.integers(1, 300)
WINDOWS = st.integers(1, 7)
LIMITS = st.builds(
    Parameters, sent=SIZES, taken=SIZES, window_sent=WINDOWS, window_taken=WINDOWS
)


def answer_to(request: bytes) -> bytes:
    return b"answer to " + request[::-1] * 2


class Line:
    """A client, a meter that answers, and what becomes of each frame between them."""

    def __init__(self, ours: Parameters, theirs: Parameters, fates=()) -> None:
        self.primary = PrimaryStation(own=CLIENT, peer=METER, wanted=ours)
        self.secondary = SecondaryStation(own=METER, peer=CLIENT, wanted=theirs)
        self.fates = list(fates)
        self.asked: list[bytes] = []
        self.answers: list[bytes] = []
        self.late: list[bytes] = []
        self.longest = 0

    def ask(self, request: bytes) -> bytes:
        self.primary.send(request)
        self.run()
        return self.answers[-1]

    def run(self) -> None:
        """Until nothing is due; raises `LinkLost`."""
        for _ in range(5_000):
            if not self.primary.is_waiting:
                return
            if not self._turn():
                self.secondary.silence()
                self.primary.timeout()
        raise AssertionError("the two talk without end")

    def _turn(self) -> bool:
        there = self._through(self.primary.outgoing())
        for request in self.secondary.receive(there):
            self.asked.append(request)
            self.secondary.send(answer_to(request))
        back = self._through(self.secondary.outgoing())
        self.answers += self.primary.receive(back)
        return bool(back)

    def _through(self, sent: bytes) -> bytes:
        arriving, self.late = b"".join(self.late), []
        for frame in frames_in(sent):
            self.longest = max(self.longest, len(frame.information))
            arriving += self._meets(
                self.fates.pop() if self.fates else None, frame.to_bytes()
            )
        return arriving

    def _meets(self, fate, frame: bytes) -> bytes:
        if fate is None:
            return frame
        kind, bit = fate
        if kind == "lost":
            return b""
        if kind == "late":
            self.late.append(frame)
            return b""
        if kind == "twice":
            return frame * 2
        at = bit % (len(frame) * 8)
        bent = bytearray(frame)
        bent[at // 8] ^= 1 << at % 8
        return bytes(bent)


def frames_in(sent: bytes) -> list[Frame]:
    reader = hdlc.FrameReader()
    reader.feed(sent)
    return list(reader.frames())


def connected(ours=None, theirs=None, fates=()) -> Line:
    talk = Line(ours or Parameters(), theirs or Parameters(), fates)
    talk.primary.connect()
    talk.run()
    assert talk.primary.state is talk.secondary.state is LinkState.CONNECTED
    return talk


REQUESTS = st.lists(st.binary(min_size=1, max_size=500), min_size=1, max_size=6)
FATES = st.lists(
    st.none()
    | st.tuples(st.sampled_from(["lost", "bent", "late", "twice"]), st.integers(0, 4000)),
    max_size=40,
)


@given(LIMITS, LIMITS, REQUESTS)
def test_apdus_of_any_length_come_whole_in_frames_that_both_take(ours, theirs, requests):
    talk = connected(ours, theirs)
    talk.longest = 0
    for request in requests:
        assert talk.ask(request) == answer_to(request)
    assert talk.asked == requests
    limits = (ours.sent, theirs.taken), (theirs.sent, ours.taken)
    assert talk.longest <= max(map(min, limits))
    talk.primary.disconnect()
    talk.run()
    assert talk.primary.state is talk.secondary.state is LinkState.DISCONNECTED


@given(LIMITS, LIMITS, REQUESTS, FATES)
@settings(max_examples=150)
def test_over_a_bad_line_each_request_is_heard_once_in_order_or_the_link_is_lost(
    ours, theirs, requests, fates
):
    talk = Line(ours, theirs, reversed(fates))
    done: list[bytes] = []
    try:
        talk.primary.connect()
        talk.run()
        for request in requests:
            assert talk.ask(request) == answer_to(request)
            done.append(request)
    except LinkLost:
        assert talk.primary.state is LinkState.DISCONNECTED
        assert len(fates) >= MAX_TRIES - 1
    else:
        assert done == requests
    assert talk.answers == [answer_to(request) for request in done]
    assert talk.asked[: len(done)] == done
    assert len(talk.asked) <= len(done) + 1


@given(st.lists(st.sampled_from(["lost", "bent"]), max_size=MAX_TRIES - 1))
def test_a_few_losses_in_a_row_never_lose_the_link(kinds):
    talk = connected()
    talk.fates = [(kind, 77) for kind in kinds]
    assert talk.ask(b"request") == answer_to(b"request")
    assert talk.asked == [b"request"]


def test_a_silent_meter_is_given_up_and_can_be_called_anew():
    talk = connected()
    talk.fates = [("lost", 0)] * MAX_TRIES
    talk.primary.send(b"request")
    with pytest.raises(LinkLost, match=f"{MAX_TRIES} tries"):
        talk.run()
    assert not talk.primary.is_waiting
    with pytest.raises(OutOfTurn):
        talk.primary.send(b"request")
    talk.primary.connect()
    talk.run()
    assert talk.ask(b"request") == answer_to(b"request")


def test_known_frames_of_a_link_are_reproduced():
    primary = PrimaryStation(own=CLIENT, peer=METER)
    primary.connect()
    assert primary.outgoing() == octets(FRAMES["snrm"])
    primary.receive(octets(FRAMES["ua_params"]))
    assert primary.state is LinkState.CONNECTED
    assert primary.agreed == Parameters()  # what it takes of the 154 offered
    roomy = PrimaryStation(
        own=CLIENT, peer=METER, wanted=Parameters(sent=1024, taken=1024, window_taken=3)
    )
    roomy.connect()
    roomy.receive(octets(FRAMES["ua_params"]))
    assert roomy.agreed == Parameters(sent=154, taken=154)


@given(LIMITS)
def test_limits_survive_their_octets(limits):
    assert Parameters.from_bytes(limits.to_bytes()) == limits
    assert Parameters.from_bytes(b"") == Parameters()


@given(st.binary(max_size=40), st.sampled_from([b"", b"\x81\x80", b"\x81\x80\x03\x05"]))
def test_any_octets_are_limits_or_refused(data, head):
    try:
        limits = Parameters.from_bytes(head + data)
    except DecodeError:
        return
    assert Parameters.from_bytes(limits.to_bytes()) == limits


def frame(control: int, information: bytes = b"", *, source=METER, destination=CLIENT):
    return Frame(
        destination=destination, source=source, control=control, information=information
    ).to_bytes()


@pytest.mark.parametrize("control", [hdlc.DM, hdlc.FRMR])
def test_a_meter_that_knows_no_link_or_no_frame_is_called_anew(control):
    talk = connected()
    talk.primary.send(b"request")
    with pytest.raises(LinkLost):
        talk.primary.receive(frame(control | POLL))
    assert talk.primary.state is LinkState.DISCONNECTED


def test_limits_that_make_no_sense_set_up_no_link():
    primary = PrimaryStation(own=CLIENT, peer=METER)
    primary.connect()
    with pytest.raises(LinkLost, match="limits"):
        primary.receive(frame(hdlc.UA | POLL, b"\x81\x80\x02\x05\x00"))
    secondary = SecondaryStation(own=METER, peer=CLIENT)
    secondary.receive(
        frame(hdlc.SNRM | POLL, b"nonsense", source=CLIENT, destination=METER)
    )
    assert frames_in(secondary.outgoing())[0].control == hdlc.FRMR | POLL
    assert secondary.state is LinkState.DISCONNECTED


@pytest.mark.parametrize("control", [0x10, hdlc.receive_ready(0), hdlc.DISC | POLL])
def test_a_meter_without_link_says_so(control):
    secondary = SecondaryStation(own=METER, peer=CLIENT)
    secondary.receive(frame(control, b"x", source=CLIENT, destination=METER))
    assert [f.control for f in frames_in(secondary.outgoing())] == [hdlc.DM | POLL]
    with pytest.raises(OutOfTurn):
        secondary.send(b"answer")


def test_frames_of_others_are_passed_over():
    talk = connected()
    other = Address(2, 17, 2)
    talk.primary.send(b"request")
    sent = talk.primary.outgoing()
    assert talk.primary.receive(frame(hdlc.DM | POLL, source=other)) == []
    assert talk.secondary.receive(frame(hdlc.DISC, destination=other, source=CLIENT)) == []
    assert talk.secondary.receive(sent) == [b"request"]


def test_an_unknown_frame_is_refused():
    talk = connected()
    talk.secondary.receive(frame(0xEF | POLL, source=CLIENT, destination=METER))
    assert frames_in(talk.secondary.outgoing())[0].control == hdlc.FRMR | POLL


def test_a_push_in_an_unnumbered_frame_is_heard_and_is_no_answer():
    talk = connected()
    talk.primary.send(b"request")
    assert talk.primary.receive(frame(UI, b"\xe6\xe7\x00push")) == [b"push"]
    assert talk.primary.is_waiting
    assert talk.primary.receive(frame(UI, b"no header")) == []


def test_a_meter_that_is_busy_is_asked_again_and_not_sent_to():
    talk = connected()
    talk.primary.send(b"request")
    talk.primary.outgoing()
    talk.primary.receive(frame(0x05 | POLL))
    assert talk.primary.outgoing() == b""
    talk.primary.timeout()
    assert [f.control for f in frames_in(talk.primary.outgoing())] == [
        hdlc.receive_ready(0)
    ]
    talk.primary.receive(frame(hdlc.receive_ready(0)))
    talk.primary.timeout()
    assert frames_in(talk.primary.outgoing())[0].information.endswith(b"request")


def test_a_rejected_frame_is_sent_again_at_once():
    talk = connected()
    talk.primary.send(b"request")
    first = talk.primary.outgoing()
    talk.primary.receive(frame(0x09 | POLL))
    assert talk.primary.outgoing() == first


def test_an_answer_that_is_not_there_yet_is_asked_for_again():
    talk = connected()
    talk.primary.send(b"request")
    assert talk.secondary.receive(talk.primary.outgoing()) == [b"request"]
    talk.primary.receive(talk.secondary.outgoing())
    talk.secondary.send(b"late answer")
    talk.secondary.receive(talk.primary.outgoing())
    assert talk.primary.receive(talk.secondary.outgoing()) == [b"late answer"]


def test_an_apdu_without_end_is_not_taken(monkeypatch):
    monkeypatch.setattr(numbering, "MAX_APDU", 10)
    receiving = Receiving()
    assert receiving.take(Segment(0, b"12345678", True)) == (True, None)
    assert receiving.take(Segment(1, b"12345678", False)) == (False, None)


def test_a_confirmation_of_what_was_not_sent_confirms_nothing():
    sending = Sending()
    sending.put(b"abc", 1)
    assert [segment.number for segment in sending.window(2)] == [0, 1]
    assert not sending.confirm(3)
    assert sending.confirm(2)
    assert [segment.octets for segment in sending.window(2)] == [b"c"]

"""C19, C20, C21 at the line: whose keys, which counter, and what is refused."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bijlighar.dlms import apdu, axdr, is15959
from bijlighar.dlms.apdu import association
from bijlighar.dlms.client import Client
from bijlighar.dlms.errors import (
    AssociationRefused,
    CounterRefused,
    CounterReplayed,
    DecipheringFailed,
    DecodeError,
    FrameForged,
    PduTooLong,
    RefusedError,
    SecurityDowngraded,
    ServiceFailed,
    ServiceRefused,
    ServiceUnsupported,
)
from bijlighar.dlms.protection import Form
from bijlighar.dlms.security import SecurityControl, SecurityKeys

from .forgery import GET, READING, by_head_end, by_meter, flipped, memory
from .meter import (
    BLOCK_LOAD,
    HEAD_END_CHALLENGE,
    KEYS,
    SETTINGS,
    WH_IMPORT,
    Line,
    associated,
    line,
)

KINDS = [
    {},
    {"is_general": True, "meter_does": {"is_general": True}},
    {"dedicated_key": bytes(range(50, 66))},
    {"dedicated_key": bytes(range(50, 66)), "is_general": True}
    | {"meter_does": {"is_general": True}},
]
ENERGY = axdr.double_long_unsigned(123_456)


# C19: a dump of one meter's keys is of no use with another


@pytest.mark.parametrize("sap", [32, 48])
def test_c19_the_keys_of_one_meter_open_no_association_with_another(sap):
    stolen = SecurityKeys(encryption_key=b"e" * 16, authentication_key=b"a" * 16)
    half = [
        stolen,
        SecurityKeys(encryption_key=KEYS.encryption_key, authentication_key=b"a" * 16),
        SecurityKeys(encryption_key=b"e" * 16, authentication_key=KEYS.authentication_key),
    ]
    for keys in half:
        talk = line(sap, keys=keys)
        with pytest.raises(AssociationRefused):
            talk.run(talk.client.associate())
        assert talk.counters.accepted == {}
        other = associated(sap)
        before = memory(other)
        answer = other.server.receive(client_sap=sap, apdu=by_head_end(9999, keys=keys))
        assert apdu.decode(answer).service_error == 5
        assert memory(other) == before


def test_c19_keys_and_secrets_show_in_no_text():
    settings_ = SETTINGS[32]
    for secret in (KEYS.encryption_key, KEYS.authentication_key, settings_.secret):
        for shown in (repr(KEYS), repr(settings_), str(settings_)):
            assert repr(secret) not in shown
            assert secret.hex() not in shown


# C20: no counter is used twice


class Counted:
    """Counters that remember which were given out."""

    def __init__(self, first: int) -> None:
        self.given: list[int] = []
        self._next = count(first)

    def __call__(self) -> int:
        self.given.append(next(self._next))
        return self.given[-1]


def _counters_in(sent: list[bytes]) -> list[int]:
    """The counters of all sealed APDUs, and of those inside associations."""
    found = []
    for octets in sent:
        read = apdu.decode(octets)
        information = getattr(read, "user_information", None)
        sealed = apdu.decode(information).sealed if information else read.sealed
        found.append(int.from_bytes(sealed[1:5], "big"))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_c20_each_counter_seals_one_apdu_and_all_move_forward(kind):
    talk = line(48, **kind)
    counted = Counted(700)
    talk.client = Client(
        settings=talk.client.settings, next_counter=counted, challenge=HEAD_END_CHALLENGE
    )
    talk.run(talk.client.associate())
    talk.run(talk.client.get(BLOCK_LOAD))
    talk.run(talk.client.invoke(is15959.REMOTE_DISCONNECT, axdr.integer(0)))
    talk.run(talk.client.release())
    used = _counters_in(talk.sent)
    assert used == sorted(set(used))
    # The proof of HLS is the one counter that is used and stands in no head of an APDU.
    assert set(counted.given) - set(used) == {701}
    assert len(counted.given) == len(set(counted.given))


def test_c20_an_exchange_that_is_broken_off_gives_its_counter_to_nobody_else():
    talk = associated(48)
    first = next(talk.client.get(WH_IMPORT))
    second = next(talk.client.get(WH_IMPORT))
    one, other = _counters_in([first, second])
    assert other == one + 1
    assert talk.run(talk.client.get(WH_IMPORT)) == ENERGY


def test_c20_counters_restored_too_low_are_refused_by_name_and_a_jump_is_taken():
    talk = associated(48)
    talk.run(talk.client.get(WH_IMPORT))
    known = talk.counters.received(48)
    restored = line(48, first_counter=1)
    restored.server = talk.server
    with pytest.raises(AssociationRefused):
        restored.run(restored.client.associate())
    assert talk.counters.received(48) == known
    exchange = talk.client.get(WH_IMPORT)
    next(exchange)
    old = by_head_end(known)
    with pytest.raises(CounterRefused) as refusal:
        exchange.send(talk.server.receive(client_sap=48, apdu=old))
    assert refusal.value.counter == known
    jumped = line(48, first_counter=known + 65_536)
    jumped.server = talk.server
    jumped.client.last_meter_counter = talk.counters.own
    jumped.run(jumped.client.associate())
    assert jumped.run(jumped.client.get(WH_IMPORT)) == ENERGY


# C21: captured frames, bent, replayed, older, downgraded; the next good one works


def _recorded(kind: dict) -> Line:
    talk = associated(48, **kind)
    assert talk.run(talk.client.get(WH_IMPORT)) == ENERGY
    return talk


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=12)
def test_c21_the_meter_refuses_what_was_captured_and_takes_the_next_good_frame(kind, data):
    talk = _recorded(kind)
    captured = talk.sent[-1]
    good = next(talk.client.get(WH_IMPORT))
    before = memory(talk)
    bits = data.draw(st.lists(st.integers(0, len(good) * 8 - 1), max_size=8))
    bad = [captured, *talk.sent[1:], *(flipped(good, bit) for bit in bits), GET]
    for frame in bad:
        answer = apdu.decode(talk.server.receive(client_sap=48, apdu=frame))
        assert isinstance(answer, apdu.exceptions.ExceptionResponse)
        assert memory(talk) == before
    answer = talk.server.receive(client_sap=48, apdu=good)
    assert not isinstance(apdu.decode(answer), apdu.exceptions.ExceptionResponse)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=12)
def test_c21_the_head_end_refuses_what_was_captured_and_takes_the_next_good_frame(
    kind, data
):
    talk = _recorded(kind)
    captured = talk.received[-1]
    exchange = talk.client.get(WH_IMPORT)
    good = talk.server.receive(client_sap=48, apdu=next(exchange))
    # Its first octet bent may make it an exception-response, which comes unprotected.
    bits = data.draw(st.lists(st.integers(8, len(good) * 8 - 1), max_size=8))
    before = memory(talk)
    for frame in [captured, *(flipped(good, bit) for bit in bits), READING]:
        with pytest.raises((RefusedError, DecodeError)) as refusal:
            exchange.send(frame)
        assert not isinstance(refusal.value, ServiceRefused)
        assert not exchange.is_over
        assert memory(talk) == before
    with pytest.raises(StopIteration) as end:
        exchange.send(good)
    assert end.value.value == ENERGY


def test_c21_each_kind_of_bad_answer_has_its_name():
    talk = _recorded({})
    exchange = talk.client.get(WH_IMPORT)
    good = talk.server.receive(client_sap=48, apdu=next(exchange))
    known = talk.client.last_meter_counter
    named = {
        flipped(good, len(good) * 8 - 1): FrameForged,
        by_meter(known): CounterReplayed,
        by_meter(known - 1): CounterReplayed,
        by_meter(9999, control=SecurityControl.ENCRYPTED): SecurityDowngraded,
        by_meter(9999, control=SecurityControl.AUTHENTICATED): SecurityDowngraded,
        by_meter(9999, form=Form.GENERAL_GLOBAL): RefusedError,
        READING: SecurityDowngraded,
    }
    for frame, kind in named.items():
        with pytest.raises(kind):
            exchange.send(frame)
    with pytest.raises(StopIteration):
        exchange.send(good)


def test_c21_an_association_of_a_lesser_suite_is_refused():
    suite_1 = SecurityKeys(
        encryption_key=KEYS.encryption_key,
        authentication_key=KEYS.authentication_key,
        suite=1,
    )
    talk = line(48, meter_does={"keys": suite_1})
    with pytest.raises(AssociationRefused) as refusal:
        talk.run(talk.client.associate())
    assert refusal.value.diagnostic == association.AUTHENTICATION_FAILURE
    both = line(48, meter_does={"keys": suite_1}, keys=suite_1)
    both.run(both.client.associate())
    assert both.run(both.client.get(WH_IMPORT)) == ENERGY


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ("d80101", ServiceRefused, "service not allowed, operation not possible"),
        ("d80202", ServiceUnsupported, "service unknown, service not supported"),
        ("d80104", PduTooLong, "PDU too long"),
        ("d80105", DecipheringFailed, "deciphering error"),
        ("d8010600000005", CounterRefused, "invocation counter error"),
        ("d80963", ServiceRefused, "state unknown, reason unknown"),
        ("0e010601", ServiceFailed, "initiate, DLMS version too low"),
        ("0e050402", ServiceFailed, "definition, object class inconsistent"),
        ("0e05c8c9", ServiceFailed, "group 200, number 201"),
    ],
)
def test_exceptions_have_names_and_words(answer, kind, words):
    talk = associated(48)
    exchange = talk.client.get(WH_IMPORT)
    next(exchange)
    with pytest.raises(ServiceRefused, match=words) as refusal:
        exchange.send(bytes.fromhex(answer))
    assert type(refusal.value) is kind
    assert talk.run(talk.client.get(WH_IMPORT)) == ENERGY

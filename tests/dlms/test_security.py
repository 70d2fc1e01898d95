"""Security suite 0: the standard's own answers, real captures, and whatever is forged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dlms import apdu
from bijlighar.dlms.errors import (
    CounterExhausted,
    CounterReplayed,
    DecodeError,
    EncodeError,
    FrameForged,
    SecurityDowngraded,
)
from bijlighar.dlms.protection import protect, unprotect
from bijlighar.dlms.security import (
    Opened,
    SecurityControl,
    SecurityKeys,
    challenge_number,
    check_gmac,
    gmac_challenge,
    open_sealed,
    same_secret,
    seal,
)
from bijlighar.dlms.wrapper import Frame

from .known import keys, octets, title, vectors
from .meter import KEYS, OTHER_KEYS

STANDARD = vectors("security")
CAPTURES = vectors("wrapper")
TITLE = b"BIJ00001"
PLAIN = bytes.fromhex("C0010000080000010000FF0200")
COUNTERS = st.integers(0, 2**32 - 1)


def test_the_standards_ciphered_get_is_opened_and_sealed():
    entry = STANDARD["gb_glo_get_auth_enc"]
    plain = bytes.fromhex(entry["expected"]["plain"])
    counter = entry["expected"]["ic"]
    assert protect(
        keys=keys(entry), system_title=title(entry), counter=counter, plain=plain
    ) == octets(entry)
    opened = unprotect(
        keys=keys(entry),
        system_title=title(entry),
        apdu=octets(entry),
        known_counter=None,
        services={0xC0},
    )
    assert (opened.plain, opened.counter) == (plain, counter)


@pytest.mark.parametrize(
    ("name", "challenge"), [("gb_hls5_f_stoc", "stoc"), ("gb_hls5_f_ctos", "ctos")]
)
def test_the_standards_challenges_are_answered(name, challenge):
    entry = STANDARD[name]
    asked = bytes.fromhex(entry["expected"][challenge])
    answer = gmac_challenge(
        keys=keys(entry),
        system_title=title(entry),
        counter=entry["expected"]["ic"],
        challenge=asked,
    )
    assert answer == octets(entry)
    check_gmac(keys=keys(entry), system_title=title(entry), challenge=asked, answer=answer)


@pytest.mark.parametrize("name", CAPTURES)
def test_captured_pushes_open(name):
    entry = CAPTURES[name]
    payload = Frame.from_bytes(octets(entry)).payload
    assert payload[:2].hex() == "db08"
    opened = open_sealed(keys=keys(entry), system_title=payload[2:10], sealed=payload[11:])
    assert opened.counter == entry["expected"]["invocation_counter"]
    assert opened.control == entry["expected"]["security_control"]
    assert opened.plain[0] == 0x0F


@given(st.sampled_from(SecurityControl), COUNTERS, st.binary(max_size=200))
def test_what_is_sealed_opens(control, counter, plain):
    sealed = seal(
        keys=KEYS, system_title=TITLE, counter=counter, plain=plain, control=control
    )
    assert open_sealed(keys=KEYS, system_title=TITLE, sealed=sealed) == Opened(
        control=control, counter=counter, plain=plain
    )
    assert (plain in sealed) or control is not SecurityControl.AUTHENTICATED


def test_encryption_alone_is_the_same_stream():
    both, alone = (
        seal(keys=KEYS, system_title=TITLE, counter=7, plain=PLAIN, control=control)
        for control in (SecurityControl.AUTHENTICATED_ENCRYPTED, SecurityControl.ENCRYPTED)
    )
    assert alone[5:] == both[5:-12]


@pytest.mark.parametrize(
    "control", [SecurityControl.AUTHENTICATED, SecurityControl.AUTHENTICATED_ENCRYPTED]
)
def test_no_bit_can_be_flipped(control):
    sealed = seal(keys=KEYS, system_title=TITLE, counter=7, plain=PLAIN, control=control)
    for bit in range(8, len(sealed) * 8):
        forged = bytearray(sealed)
        forged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FrameForged):
            open_sealed(keys=KEYS, system_title=TITLE, sealed=bytes(forged))


@pytest.mark.parametrize("other", [{"keys": OTHER_KEYS}, {"system_title": b"BIJ00002"}])
def test_other_keys_and_other_titles_do_not_open(other):
    sealed = seal(keys=KEYS, system_title=TITLE, counter=7, plain=PLAIN)
    with pytest.raises(FrameForged):
        open_sealed(**({"keys": KEYS, "system_title": TITLE, "sealed": sealed} | other))


@pytest.mark.parametrize("control", [0x00, 0x32, 0x40, 0x70, 0xB0, 0xFF])
def test_other_suites_keys_and_compression_are_refused(control):
    sealed = bytes((control,)) + bytes(30)
    with pytest.raises(DecodeError, match=r"security (control|suite)"):
        open_sealed(keys=KEYS, system_title=TITLE, sealed=sealed)


@given(st.sampled_from([b"", b"\x10", b"\x20", b"\x30"]), st.binary(max_size=40))
def test_any_sealed_octets_open_or_are_refused(control, data):
    try:
        opened = open_sealed(keys=KEYS, system_title=TITLE, sealed=control + data)
    except (DecodeError, FrameForged):
        return
    assert opened.control is SecurityControl.ENCRYPTED


@pytest.mark.parametrize("counter", [-1, 2**32])
def test_a_counter_that_has_run_out_seals_nothing(counter):
    with pytest.raises(CounterExhausted):
        seal(keys=KEYS, system_title=TITLE, counter=counter, plain=PLAIN)


def test_keys_and_titles_have_their_sizes():
    with pytest.raises(EncodeError):
        SecurityKeys(encryption_key=bytes(16), authentication_key=bytes(15))
    with pytest.raises(EncodeError):
        seal(keys=KEYS, system_title=b"short", counter=1, plain=PLAIN)


def test_keys_are_not_shown():
    assert "\\x" not in repr(KEYS)
    assert "00" not in repr(KEYS)


@pytest.mark.parametrize("at", range(17))
def test_an_answer_to_a_challenge_cannot_be_altered(at):
    answer = bytearray(
        gmac_challenge(keys=KEYS, system_title=TITLE, counter=1, challenge=b"12345678")
    )
    answer[at] ^= 1
    with pytest.raises(FrameForged):
        check_gmac(
            keys=KEYS, system_title=TITLE, challenge=b"12345678", answer=bytes(answer)
        )


@pytest.mark.parametrize("size", [0, 4, 16, 18])
def test_an_answer_to_a_challenge_has_seventeen_octets(size):
    with pytest.raises(DecodeError):
        check_gmac(
            keys=KEYS,
            system_title=TITLE,
            challenge=b"12345678",
            answer=b"\x10" * size,
        )


def test_an_answer_to_another_challenge_does_not_hold():
    answer = gmac_challenge(keys=KEYS, system_title=TITLE, counter=1, challenge=b"12345678")
    with pytest.raises(FrameForged):
        check_gmac(keys=KEYS, system_title=TITLE, challenge=b"12345679", answer=answer)


def test_later_challenges_differ_from_the_first():
    challenges = [challenge_number(b"random octets 16", number) for number in range(50)]
    assert challenges[0] == b"random octets 16"
    assert len(set(challenges)) == 50
    assert {len(challenge) for challenge in challenges} == {16}


def test_passwords_are_compared_whole():
    assert same_secret(b"wxyz", b"wxyz")
    assert not same_secret(b"wxyz", b"wxy")


def _unprotect(data: bytes, known: int | None = None):
    return unprotect(
        keys=KEYS, system_title=TITLE, apdu=data, known_counter=known, services={0xC0, 0xC3}
    )


@pytest.mark.parametrize("known", [7, 8, 2**32 - 1])
def test_a_counter_that_does_not_move_forward_is_refused(known):
    genuine = protect(keys=KEYS, system_title=TITLE, counter=7, plain=PLAIN)
    assert _unprotect(genuine, 6).counter == 7
    with pytest.raises(CounterReplayed) as refusal:
        _unprotect(genuine, known)
    assert (refusal.value.counter, refusal.value.known) == (7, known)


@pytest.mark.parametrize(
    "control", [SecurityControl.AUTHENTICATED, SecurityControl.ENCRYPTED]
)
def test_less_protection_than_agreed_is_refused(control):
    sealed = seal(keys=KEYS, system_title=TITLE, counter=7, plain=PLAIN, control=control)
    with pytest.raises(SecurityDowngraded):
        _unprotect(apdu.CipheredApdu(tag=200, sealed=sealed).to_bytes())


def test_a_plain_service_is_refused():
    with pytest.raises(SecurityDowngraded):
        _unprotect(PLAIN)


def test_the_tag_outside_must_tell_the_service_inside():
    genuine = protect(keys=KEYS, system_title=TITLE, counter=7, plain=PLAIN)
    with pytest.raises(DecodeError, match="another service"):
        _unprotect(b"\xcb" + genuine[1:])
    with pytest.raises(DecodeError, match="not awaited"):
        _unprotect(b"\xc9" + genuine[1:])

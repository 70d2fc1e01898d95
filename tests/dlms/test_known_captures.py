"""Captures of real meters, HDLC and key examples: read, written back, or refused."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dlms import apdu, axdr, cosem_time, framing, hdlc, mbus, pushed, suite1
from bijlighar.dlms.apdu.ciphered import GeneralCipheredApdu
from bijlighar.dlms.apdu.notification import DataNotification
from bijlighar.dlms.errors import DecodeError, FrameForged
from bijlighar.dlms.security import SecurityKeys, open_sealed

from .known import octets, vectors

CAPTURES = vectors("captures")
DAMAGED = {"hdlc_landis_gyr_zmf100", "mbus_kaifa_ma309m"}
STUFFED = "hdlc_octet_stuffed"
# This one lives among the values; its list names the list itself first.
BY_POSITION = vectors("values")["raw_energomera"]
PUSHES = [name for name in CAPTURES if name not in DAMAGED | {STUFFED}]
FRAMES = vectors("hdlc")
KEYS = vectors("keys")


def _push(entry: dict) -> DataNotification:
    (found,) = framing.read_any(octets(entry)).apdus
    read = apdu.decode(found)
    if isinstance(read, GeneralCipheredApdu):
        keys = SecurityKeys(
            encryption_key=bytes.fromhex(entry["keys"]["ek"]), authentication_key=bytes(16)
        )
        opened = open_sealed(keys=keys, system_title=read.title, sealed=read.sealed)
        read = apdu.decode(opened.plain)
    assert isinstance(read, DataNotification)
    return read


@pytest.mark.parametrize("name", PUSHES)
def test_captured_pushes_say_what_their_meters_showed(name):
    expected = CAPTURES[name]["expected"]
    body = _push(CAPTURES[name]).body
    readings = {str(one.name): one for one in pushed.readings_in(body)}
    for obis, quantity in expected.get("values_scaled", {}).items():
        assert float(readings[obis].scaled()) == pytest.approx(quantity), obis
    for obis, raw in expected.get("values_raw", {}).items():
        assert readings[obis].value.value == raw, obis
    plain = [element.plain() for element in axdr.elements(body)]
    for at, value in enumerate(expected.get("positional", [])):
        got = plain[at]
        if value == "<clock octets>":
            cosem_time.decode(got)
        else:
            assert got == (value.encode() if isinstance(value, str) else value)


def test_a_push_by_position_gives_each_value_its_name():
    readings = {
        str(one.name): one.value.plain()
        for one in pushed.readings_in(_push(BY_POSITION).body)
    }
    assert readings["0.0.42.0.0.255"] == b"EMR0222173608710"
    assert readings["0.0.96.1.0.255"].rstrip(b"\x00") == b"012415173608710"
    assert readings["0.0.96.5.134.255"] == 1
    assert readings["0.0.97.98.0.255"] == 16
    assert readings["0.0.97.98.10.255"] == 65_535
    assert readings["0.0.99.98.4.255"] == 3


@pytest.mark.parametrize("name", sorted(DAMAGED))
def test_damaged_captures_are_refused(name):
    with pytest.raises(DecodeError):
        framing.read_any(octets(CAPTURES[name]))


def test_hidden_octets_are_found_by_whoever_expects_them():
    data = octets(CAPTURES[STUFFED])
    frame = hdlc.Frame.from_bytes(data, stuffed=True)
    assert frame.information.hex() == CAPTURES[STUFFED]["expected"]["payload_after_unstuff"]
    assert hdlc.Frame.from_bytes(frame.to_bytes(stuffed=True), stuffed=True) == frame
    with pytest.raises(DecodeError):
        hdlc.Frame.from_bytes(data)


@pytest.mark.parametrize("name", FRAMES)
def test_known_hdlc_frames_are_read_and_written_back(name):
    data = octets(FRAMES[name])
    frame = hdlc.Frame.from_bytes(data)
    assert frame.to_bytes() == data
    assert frame.is_segmented is ("segmented" in name)


@given(st.binary(max_size=80), st.sampled_from([b"", b"~\xa0", b"h\x05\x05h", b"\x00\x01"]))
def test_c22_any_octets_are_framed_or_refused(data, head):
    reader = hdlc.FrameReader()
    reader.feed(head + data)
    list(reader.frames())
    for read in (framing.read_any, mbus.read_segments, hdlc.Frame.from_bytes):
        try:
            read(head + data)
        except DecodeError as refusal:
            assert 0 <= refusal.offset <= len(refusal.data) + 1


@given(st.integers(0, 8 * 44 - 1), st.binary(max_size=9))
def test_a_line_with_noise_and_a_flipped_bit_loses_that_frame_only(bit, noise):
    good = octets(CAPTURES["hdlc_aidon_7d_in_info"])
    bad = bytearray(good)
    bad[bit // 8] ^= 1 << bit % 8
    reader = hdlc.FrameReader()
    enough = hdlc.MAX_LENGTH // len(good) + 2  # a damaged length may promise that much
    reader.feed(bytes(bad) + noise + good * enough)
    frames = list(reader.frames())
    assert len(frames) >= enough - 1
    assert set(frames) == {hdlc.Frame.from_bytes(good)}


@pytest.mark.parametrize("name", [name for name in KEYS if name.startswith("keywrap")])
def test_the_standards_wrapped_keys_open_and_wrap(name):
    master = bytes.fromhex(KEYS[name]["keys"]["kek"])
    key = bytes.fromhex(KEYS[name]["expected"]["unwrapped"])
    assert suite1.wrap(master_key=master, key=key) == octets(KEYS[name])
    assert suite1.unwrap(master_key=master, wrapped=octets(KEYS[name])) == key
    with pytest.raises(FrameForged):
        suite1.unwrap(master_key=bytes(16), wrapped=octets(KEYS[name]))


def _key_data(name: str) -> tuple[bytes, bytes]:
    read = apdu.decode(octets(KEYS[name]))
    assert read.to_bytes() == octets(KEYS[name])
    given_ = read.parameter if hasattr(read, "parameter") else read.outcome
    key_id, data = axdr.elements(axdr.elements(given_, 1)[0], 2)
    return bytes((axdr.whole(key_id),)), axdr.octets(data)


def test_the_standards_key_agreement_ends_in_its_key():
    request = KEYS["annexI1_key_agreement_action_request"]["expected"]
    response = KEYS["annexI1_key_agreement_action_response"]["expected"]
    _, theirs = _key_data("annexI1_key_agreement_action_response")
    private = ec.derive_private_key(int(request["client_eph_priv"], 16), ec.SECP256R1())
    _, ours = _key_data("annexI1_key_agreement_action_request")
    assert suite1.public_key(private) == ours[:64]
    secret = suite1.shared_secret(private=private, theirs=theirs[:64])
    assert secret.hex() == request["Z"]
    titles = (bytes.fromhex(request[f"{side}_title"]) for side in ("client", "server"))
    key = suite1.agreed_key(secret=secret, originator=next(titles), recipient=next(titles))
    assert key.hex() == request["agreed_unicast_key"]
    for (number, data), signer in (
        (_key_data("annexI1_key_agreement_action_request"), request["client_signing_pub"]),
        (
            _key_data("annexI1_key_agreement_action_response"),
            response["server_signing_pub"],
        ),
    ):
        public = bytes.fromhex(signer)
        signed = number + data[:64]
        suite1.check_signature(theirs=public, signed=signed, signature=data[64:])
        with pytest.raises(FrameForged):
            suite1.check_signature(theirs=public, signed=signed + b"x", signature=data[64:])


def test_what_is_signed_holds_and_no_point_is_refused():
    private = ec.derive_private_key(7, ec.SECP256R1())
    signature = suite1.sign(private=private, signed=b"APDU")
    theirs = suite1.public_key(private)
    suite1.check_signature(theirs=theirs, signed=b"APDU", signature=signature)
    with pytest.raises(DecodeError):
        suite1.shared_secret(private=private, theirs=bytes(64))

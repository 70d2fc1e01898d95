"""A-XDR: values and octets, both ways, and octets that are no value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dlms import axdr
from bijlighar.dlms.axdr import Data, Tag
from bijlighar.dlms.errors import DecodeError, EncodeError

from .known import octets, vectors
from .strategies import VALUES

ENTRIES = vectors("values")
PUSHES = [name for name in ENTRIES if name.startswith("raw_")]


@pytest.mark.parametrize(
    ("data", "encoded"),
    [
        (axdr.null(), "00"),
        (axdr.boolean(True), "0301"),
        (axdr.bit_string("0100"), "040440"),
        (axdr.bit_string(""), "0400"),
        (axdr.double_long(-1), "05ffffffff"),
        (axdr.double_long_unsigned(5), "0600000005"),
        (axdr.octet_string(b"\x01\x02"), "09020102"),
        (axdr.visible_string("KFM"), "0a034b464d"),
        (axdr.utf8_string("क"), "0c03e0a495"),
        (axdr.bcd(0x42), "0d42"),
        (axdr.integer(-3), "0ffd"),
        (axdr.long(-2), "10fffe"),
        (axdr.unsigned(6), "1106"),
        (axdr.long_unsigned(0x0934), "120934"),
        (axdr.long64(-1), "14ffffffffffffffff"),
        (axdr.long64_unsigned(1), "150000000000000001"),
        (axdr.enum(30), "161e"),
        (axdr.float32(1.5), "173fc00000"),
        (axdr.float64(1.5), "183ff8000000000000"),
        (axdr.date_time(bytes(12)), "19" + "00" * 12),
        (axdr.date(bytes(5)), "1a" + "00" * 5),
        (axdr.time(bytes(4)), "1b" + "00" * 4),
        (axdr.array([axdr.unsigned(1), axdr.unsigned(2)]), "010211011102"),
        (axdr.structure([axdr.null(), axdr.enum(1)]), "0202001601"),
        (axdr.octet_string(bytes(200)), "0981c8" + "00" * 200),
        (axdr.octet_string(bytes(300)), "0982012c" + "00" * 300),
    ],
)
def test_each_type_has_its_octets(data, encoded):
    assert axdr.encode(data).hex() == encoded
    assert axdr.decode(bytes.fromhex(encoded)) == data


@given(VALUES)
def test_every_value_survives(value):
    encoded = axdr.encode(value)
    assert axdr.decode(encoded) == value
    assert axdr.decode_prefix(b"\xff" + encoded + b"\xff", 1) == (value, 1 + len(encoded))


@given(st.binary(max_size=80))
def test_any_octets_are_a_value_or_refused(data):
    try:
        value = axdr.decode(data)
    except DecodeError as refusal:
        assert 0 <= refusal.offset <= len(data)
        assert refusal.data == data
        return
    again = axdr.decode(axdr.encode(value))
    assert repr(again) == repr(value)


@pytest.mark.parametrize(
    ("encoded", "offset"),
    [
        ("", 0),
        ("06000000", 0),
        ("0600000005ff", 5),
        ("0905aabb", 2),
        ("09", 1),
        ("0980", 1),
        ("098500000000010a", 1),
        ("0982ff", 2),
        ("0409ff", 2),
        ("0c01ff", 0),
        ("07", 0),
        ("13", 1),
        ("07", 0),
        ("1303", 2),
        ("130711", 1),
        ("130213", 1),
        ("130100000001ff", 1),
        ("1300020000", 1),
        ("130200020000", 1),
        ("1301ffff000100", 1),
        ("13110312", 3),
        ("13120301", 3),
        ("1312030001ff", 5),
        ("0203110111", 4),
        ("020211011107ff", 6),
        ("02021101", 4),
        ("02031101", 0),
        ("0202110112", 4),
    ],
)
def test_what_is_no_value_is_refused_at_its_place(encoded, offset):
    with pytest.raises(DecodeError) as refusal:
        axdr.decode(bytes.fromhex(encoded))
    assert refusal.value.offset == offset


@pytest.mark.parametrize("tag", ["01", "02", "04", "09", "0a", "0c"])
@pytest.mark.parametrize("length", ["84ffffffff", "847fffffff", "83ffffff"])
def test_a_claimed_length_is_not_believed(tag, length):
    with pytest.raises(DecodeError):
        axdr.decode(bytes.fromhex(tag + length))


def test_nesting_ends_before_the_stack_does():
    nested = bytes.fromhex("0101") * 60_000 + b"\x00"
    with pytest.raises(DecodeError, match="deep"):
        axdr.decode(nested)
    value = axdr.null()
    for _ in range(axdr.MAX_DEPTH):
        value = axdr.array([value])
    assert axdr.decode(axdr.encode(value)) == value
    with pytest.raises(EncodeError, match="deep"):
        axdr.encode(axdr.array([value]))


@pytest.mark.parametrize(
    "data",
    [
        axdr.unsigned(256),
        axdr.unsigned(-1),
        axdr.integer(128),
        axdr.long_unsigned(65_536),
        axdr.double_long_unsigned(2**32),
        axdr.long64_unsigned(2**64),
        axdr.float32(1e300),
        axdr.date_time(b"short"),
        axdr.date(bytes(6)),
        axdr.bit_string("012"),
        axdr.visible_string("क"),
        axdr.utf8_string("\ud800"),
        Data(Tag.BOOLEAN, 1),
        Data(Tag.UNSIGNED, True),
        Data(Tag.UNSIGNED, None),
        Data(Tag.UNSIGNED, "5"),
        Data(Tag.OCTET_STRING, "text"),
        Data(Tag.VISIBLE_STRING, b"octets"),
        Data(Tag.NULL, 0),
        Data(Tag.ARRAY, 5),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_not_sent(data):
    with pytest.raises(EncodeError):
        axdr.encode(data)


def test_plain_values_are_nested_lists():
    data = axdr.array([axdr.structure([axdr.null(), axdr.octet_string(b"x")])])
    assert data.plain() == [[None, b"x"]]


@pytest.mark.parametrize(
    "reading",
    [
        lambda: axdr.whole(axdr.octet_string(b"")),
        lambda: axdr.whole(axdr.boolean(True)),
        lambda: axdr.octets(axdr.unsigned(1)),
        lambda: axdr.elements(axdr.null()),
        lambda: axdr.elements(axdr.structure([axdr.null()]), 2),
    ],
)
def test_a_value_of_another_type_than_expected_is_refused(reading):
    with pytest.raises(DecodeError):
        reading()


@pytest.mark.parametrize("name", PUSHES)
def test_what_real_meters_pushed_is_read_and_written_back(name):
    body = _body(octets(ENTRIES[name]))
    value = axdr.decode(body)
    assert axdr.encode(value) == body
    leaves = [leaf for leaf in _leaves(value) if isinstance(leaf, bytes)]
    for text in ENTRIES[name]["expected"]["strings"].values():
        assert any(leaf.rstrip(b"\0") == text.encode() for leaf in leaves)


def _body(push: bytes) -> bytes:
    """What a data notification carries after its tag, number and time."""
    assert push[0] == 0x0F
    return push[6 + push[5] :]


def _leaves(value):
    if isinstance(value.value, tuple):
        for element in value.value:
            yield from _leaves(element)
    elif isinstance(value.value, str):
        yield value.value.encode()
    else:
        yield value.value


def test_a_compact_array_gives_its_types_once():
    octets = bytes.fromhex("13 02 02 12 11 06 0001 02 0003 04".replace(" ", ""))
    data = axdr.decode(octets)
    rows = [(1, 2), (3, 4)]
    assert data == axdr.compact(
        axdr.structure([axdr.long_unsigned(a), axdr.unsigned(b)]) for a, b in rows
    )
    assert axdr.encode(data) == octets


def test_a_compact_array_cannot_promise_more_than_its_octets():
    nulls = 60_000
    promised = b"\x13\x02\x82" + (nulls + 1).to_bytes(2, "big") + b"\x00" * nulls + b"\x11"
    bomb = promised + b"\x82" + nulls.to_bytes(2, "big") + bytes(nulls)
    with pytest.raises(DecodeError, match="more values"):
        axdr.decode(bomb)


@pytest.mark.parametrize(
    "rows",
    [
        [axdr.unsigned(1), axdr.integer(1)],
        [axdr.null()],
        [axdr.array([axdr.unsigned(1), axdr.integer(1)])],
        [axdr.compact([axdr.unsigned(1)])],
    ],
)
def test_a_compact_array_holds_one_shape_only(rows):
    with pytest.raises(EncodeError):
        axdr.encode(axdr.compact(rows))

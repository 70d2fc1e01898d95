"""OBIS codes: every group counts, and nothing that is no code gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.dlms.errors import DecodeError, EncodeError
from bijlighar.dlms.obis import Obis

from .strategies import OBIS


@pytest.mark.parametrize("text", ["1.0.1.8.0.255", "1-0:1.8.0*255", "1-0:1.8.0.255"])
def test_a_code_is_read_in_each_of_its_spellings(text):
    assert Obis.parse(text) == Obis(1, 0, 1, 8, 0, 255)


def test_the_sixth_group_is_kept():
    assert Obis.parse("1-0:1.8.0.101") == Obis(1, 0, 1, 8, 0, 101)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("1.0.1.8.0", 0),
        ("1.0.1.8.0.255.1", 0),
        ("1-0:1.8.0", 0),
        ("1:0-1.8.0.255", 0),
        ("1-0.1.8.0.255", 0),
        ("1.0.1.8.0*255", 0),
        ("1.0.1.8.0.-1", 0),
        ("1.0.1.8.0.x", 0),
        (" 1.0.1.8.0.255", 0),
        ("1.0.1.8.0.255\n", 0),
        ("१.0.1.8.0.255", 0),
        ("\ud800", 0),
        ("1.0.300.8.0.255", 4),
        ("256.0.1.8.0.255", 0),
        ("1.0.1.8.0.256", 10),
        ("1-0:1.8.0*" + "9" * 5000, 10),
    ],
)
def test_what_is_no_code_is_refused_at_its_place(text, offset):
    with pytest.raises(DecodeError) as refusal:
        Obis.parse(text)
    assert refusal.value.offset == offset


@pytest.mark.parametrize("group", range(6))
@pytest.mark.parametrize("value", [-1, 256])
def test_no_group_is_outside_an_octet(group, value):
    groups = [1, 0, 1, 8, 0, 255]
    groups[group] = value
    with pytest.raises(EncodeError):
        Obis(*groups)


@pytest.mark.parametrize("size", [0, 5, 7])
def test_a_logical_name_has_six_octets(size):
    with pytest.raises(DecodeError):
        Obis.from_bytes(bytes(size))


@given(OBIS)
def test_a_code_survives_text_and_octets(obis):
    assert Obis.parse(str(obis)) == obis
    assert Obis.from_bytes(obis.to_bytes()) == obis


@given(st.text())
def test_any_text_is_a_code_or_refused(text):
    try:
        obis = Obis.parse(text)
    except DecodeError:
        return
    assert Obis.parse(str(obis)) == obis

"""Hypothesis strategies for values that meters exchange."""

from __future__ import annotations

from hypothesis import strategies as st

from bijlighar.dlms import axdr
from bijlighar.dlms.cosem import AccessSelection, Attribute, Method
from bijlighar.dlms.obis import Obis

OCTET = st.integers(0, 255)
OBIS = st.builds(Obis, OCTET, OCTET, OCTET, OCTET, OCTET, OCTET)
CLASS_ID = st.integers(0, 0xFFFF)
ATTRIBUTES = st.builds(Attribute, CLASS_ID, OBIS, OCTET)
METHODS = st.builds(Method, CLASS_ID, OBIS, OCTET)


def _signed(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _unsigned(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, 2**bits - 1)


LEAVES = st.one_of(
    st.just(axdr.null()),
    st.booleans().map(axdr.boolean),
    st.text("01", max_size=140).map(axdr.bit_string),
    _signed(32).map(axdr.double_long),
    _unsigned(32).map(axdr.double_long_unsigned),
    st.binary(max_size=300).map(axdr.octet_string),
    st.text(st.characters(max_codepoint=255), max_size=40).map(axdr.visible_string),
    st.text(max_size=40).map(axdr.utf8_string),
    _unsigned(8).map(axdr.bcd),
    _signed(8).map(axdr.integer),
    _signed(16).map(axdr.long),
    _unsigned(8).map(axdr.unsigned),
    _unsigned(16).map(axdr.long_unsigned),
    _signed(64).map(axdr.long64),
    _unsigned(64).map(axdr.long64_unsigned),
    _unsigned(8).map(axdr.enum),
    st.floats(width=32, allow_nan=False).map(axdr.float32),
    st.floats(allow_nan=False).map(axdr.float64),
    st.binary(min_size=12, max_size=12).map(axdr.date_time),
    st.binary(min_size=5, max_size=5).map(axdr.date),
    st.binary(min_size=4, max_size=4).map(axdr.time),
    _signed(8).map(lambda value: axdr.Data(axdr.Tag.DELTA_INTEGER, value)),
    _signed(16).map(lambda value: axdr.Data(axdr.Tag.DELTA_LONG, value)),
    _signed(32).map(lambda value: axdr.Data(axdr.Tag.DELTA_DOUBLE_LONG, value)),
    _unsigned(8).map(lambda value: axdr.Data(axdr.Tag.DELTA_UNSIGNED, value)),
    _unsigned(16).map(lambda value: axdr.Data(axdr.Tag.DELTA_LONG_UNSIGNED, value)),
    _unsigned(32).map(lambda value: axdr.Data(axdr.Tag.DELTA_DOUBLE_LONG_UNSIGNED, value)),
    st.just(axdr.Data(axdr.Tag.DONT_CARE, None)),
)
ROWS_OF_ONE_SHAPE = st.lists(
    st.tuples(
        st.binary(max_size=20), _unsigned(32), st.lists(_signed(16), min_size=2, max_size=2)
    ),
    max_size=6,
).map(
    lambda rows: axdr.compact(
        axdr.structure(
            (
                axdr.octet_string(name),
                axdr.double_long_unsigned(count),
                axdr.array(map(axdr.long, pair)),
            )
        )
        for name, count, pair in rows
    )
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        ROWS_OF_ONE_SHAPE,
        st.lists(inner, max_size=5).map(axdr.array),
        st.lists(inner, max_size=5).map(axdr.structure),
    ),
    max_leaves=20,
)
SELECTIONS = st.none() | st.builds(AccessSelection, OCTET, VALUES)

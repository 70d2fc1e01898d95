"""C22: whatever comes over the wire, no decoder falls over, hangs or swallows the memory.

Short here; `make fuzz-dlms` goes on for as long as it is told, led by coverage where
Atheris is installed.
"""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bijlighar.dlms import wrapper

from .fuzzing import DECODERS, MOST_OCTETS, hit, hit_all, seeds

SEEDS = seeds()
# The others read values by "axdr" and add nothing to them.
WITH_A_MEMORY = (
    "apdu",
    "axdr",
    "framing",
    "hdlc frames",
    "hdlc frames stuffed",
    "wrapper frames",
    "mbus",
    "push",
    "meter",
)
LONGEST = wrapper.DEFAULT_MAX_PAYLOAD
EDGES = [b"", b"\x00", b"\x7e", b"\x7e" * 9, b"\xff" * 40, bytes(200)]


def _many(head: str, each: str) -> bytes:
    """A head, a count of two octets, and as many of `each` as the longest frame holds."""
    start, unit = bytes.fromhex(head), bytes.fromhex(each)
    count = (LONGEST - len(start) - 3) // len(unit)
    return start + b"\x82" + count.to_bytes(2, "big") + unit * count


# Octets that promise the most for their number, in the longest frame that is taken.
PROMISES = {
    "array of nulls": _many("01", "00"),
    "array of empty structures": _many("01", "0200"),
    "array of empty strings": _many("01", "0900"),
    "array of small numbers": _many("01", "1107"),
    "array that promises millions": bytes.fromhex("01847fffffff") + bytes(100),
    "deep arrays": b"\x01\x01" * (LONGEST // 2),
    "deep structures": b"\x02\x01" * 20 + b"\x00",
    "long bit string": b"\x04\x82\xff\x80" + b"\xaa" * (0xFF80 // 8),
    "long string": _many("09", "61"),
    "compact array of bytes": _many("1311", "00"),
    "compact array of a byte and nulls": _many("13020411000000", "00"),
    "compact array of a byte and many nulls": _many("130281f011" + "00" * 0xEF, "00"),
    "compact array of huge arrays": bytes.fromhex("1301ffff00820004") + bytes(4),
    "list of failures": _many("c403c1", "0103"),
    "list of nulls": _many("c403c1", "0000"),
    "list of actions": _many("c703c1", "0000"),
    "list of targets": _many("c003c1", "00" * 10),
    "flags": b"\x7e" * LONGEST,
    "openings of frames": b"\x7e\xa0\x07" * (LONGEST // 3),
    "openings of long frames": b"\x7e\xa7\xff" * (LONGEST // 3),
    "escapes": b"\x7e" + b"\x7d\x5e" * (LONGEST // 2),
    "wrapper that promises much": bytes.fromhex("000100010010ffff") + bytes(100),
    "telegrams of the bus": b"\x68\xff\xff\x68" * (LONGEST // 4),
    "fields of an association": b"\x60" + _many("", "8000")[0:3] + b"\x80\x00" * 4000,
    "general blocks": b"\xe0\x00\x00\x01\x00\x00\x00" * (LONGEST // 7),
    "rows of nulls": _many("01", "0208" + "00" * 8),
}


@pytest.mark.parametrize("name", DECODERS)
def test_c22_known_octets_cut_anywhere_are_read_or_refused(name):
    for data in EDGES + SEEDS:
        step = max(1, len(data) // 12)
        for end in range(0, len(data) + 1, step):
            hit(name, data[:end])


@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=4),
    cut=st.integers(0, 4000),
    more=st.binary(max_size=12),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_c22_bent_octets_are_read_or_refused_by_every_decoder(seed, changes, cut, more):
    bent = bytearray(seed)
    for at, value in changes:
        bent[at % len(bent)] = value
    at = cut % (len(bent) + 1)
    hit_all(bytes(bent[:at] + more + bent[at:]))


@given(st.binary(max_size=120))
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_c22_any_octets_are_read_or_refused_by_every_decoder(data):
    hit_all(data)


@pytest.mark.parametrize("promise", PROMISES)
def test_c22_octets_that_promise_much_take_no_time(promise):
    hit_all(PROMISES[promise])


@pytest.mark.parametrize("promise", PROMISES)
def test_c22_octets_that_promise_much_take_no_memory(promise):
    for name in WITH_A_MEMORY:
        tracemalloc.start()
        try:
            DECODERS[name](PROMISES[promise])
        except Exception:  # noqa: BLE001 - which, is for the tests above
            pass
        finally:
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert most < MOST_OCTETS, (name, most)

"""`bijlighar meter decode`: what octets mean, and what is not known shown as such."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bijlighar.run.meter_commands import meter

SEALED = "C81E3001234567411312FF935A47566827C467BC7D825C3BE4A77C3FCC056B6B"
KEYS = (
    *("--ek", "000102030405060708090A0B0C0D0E0F"),
    *("--ak", "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"),
    *("--title", "4D4D4D0000BC614E"),
)


def shown(*arguments: str, given: str | None = None) -> dict:
    done = CliRunner().invoke(meter, ["decode", *arguments], input=given)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_a_bare_answer_is_shown_with_its_type():
    (read,) = shown("C401C1000600001391")["apdus"]
    assert (read["type"], read["outcome"]) == (
        "GetResponse",
        {"double-long-unsigned": 5009},
    )


def test_octets_come_on_standard_input_too_with_blanks_and_lines():
    assert shown(given="C401 C100\n0600001391\n") == shown("C401C1000600001391")


def test_the_framing_is_found_out():
    push = (
        "7EA02A410883130413E6E7000F40000000000101020309060100010700FF"
        "060000067D02020F00161B1C057E"
    )
    read = shown(push)
    assert read["framing"] == "hdlc"
    assert [one["quantity"] for one in read["apdus"][0]["readings"]] == ["1661"]
    frames = shown("7EA00802232193BD647E")["frames"]
    assert [frame["control"] for frame in frames] == [0x93]


def test_what_is_sealed_is_opened_with_its_keys_only():
    (read,) = shown(*KEYS, SEALED)["apdus"]
    assert read["opened"]["counter"] == 19_088_743
    assert read["opened"]["apdu"]["attribute"]["obis"] == "0.0.1.0.0.255"
    (read,) = shown(SEALED)["apdus"]
    assert read["opened"] == {"not_opened": "give --ek and --ak"}
    (read,) = shown("--ek", "00" * 16, *KEYS[2:], SEALED)["apdus"]
    assert "tag" in read["opened"]["not_opened"]


def test_what_is_not_known_is_shown_with_the_place():
    (read,) = shown("C401C100EE")["apdus"]
    assert read["unknown"]["octets"] == "c401c100ee"
    assert read["unknown"]["offset"] == 4


@pytest.mark.parametrize("arguments", [["xyz"], ["--ek", "00", "C0"], ["--ek", "zz", "C0"]])
def test_what_is_no_hexadecimal_is_a_clear_error(arguments):
    done = CliRunner().invoke(meter, ["decode", *arguments])
    assert done.exit_code == 2
    assert "hexadecimal" in done.output or "octets" in done.output

"""The tables of Indian names: right, strict, and another for a make that differs."""

from __future__ import annotations

import pytest

from bijlighar.dlms import is15959, is15959_tables
from bijlighar.dlms.cosem import ClassId
from bijlighar.dlms.obis import Obis
from bijlighar.dlms.security import Authentication
from bijlighar.dlms.strict_rows import TableError

GOOD = """\
standard: an example
objects:
  - {name: clock, obis: 0.0.1.0.0.255, class: 8, source: here}
  - {name: log, obis: 0.0.99.98.0.255, class: 7, source: here}
  - {name: word, obis: 0.0.94.91.18.255, class: 1, source: here}
associations:
  - {name: reader, sap: 32, number: 2, authentication: lls, is_ciphered: true, source: here}
profiles:
  - {name: day, of: log, columns: [clock], source: here}
events:
  - {name: magnet, occurs: 201, restored: 202, log: log, source: here}
  - {name: cover, occurs: 251, log: log, source: here}
status_word: {bits: 8, object: word, source: here}
status_bits:
  - {bit: 0, name: magnet, event: magnet, source: here}
  - {bit: 1, name: breath, source: here}
makes:
  - name: other
    note: an example
    source: there
    objects: [{name: word, obis: 0.0.94.91.26.255}]
    associations: [{name: reader, authentication: hls_gmac}]
    events: [{name: weld, occurs: 253, log: log}]
    status_bits: [{bit: 0}, {bit: 2, name: magnet, event: magnet}]
"""


def load(text: str = GOOD) -> is15959_tables.Tables:
    return is15959_tables.load(text, file="names.yaml")


def test_a_make_differs_only_where_it_says_so():
    tables = load()
    other = tables.makes["other"]
    assert other.objects["clock"] == tables.objects["clock"]
    assert other.objects["word"].obis == Obis.parse("0.0.94.91.26.255")
    assert other.objects["word"].class_id == 1
    assert other.associations["reader"].authentication is Authentication.HLS_GMAC
    assert other.associations["reader"].client_sap == 32
    assert set(other.events) == {"magnet", "cover", "weld"}
    assert {at: bit.name for at, bit in tables.status_bits.items()} == {
        0: "magnet",
        1: "breath",
    }
    assert {at: bit.name for at, bit in other.status_bits.items()} == {
        1: "breath",
        2: "magnet",
    }
    assert other.status_bits[2].source == "there"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("class: 8", "class: 8.5", "a whole number"),
        ("class: 8", "class: 0x08", "a whole number"),
        ("class: 8", "class: 0", "1 to 65535"),
        ("class: 8,", "", "`class` is missing"),
        ("class: 8", "class: 8, unit: 3", "`unit` is not known"),
        ("class: 8", "class: 8, name: clock", "`name` stands twice"),
        ("0.0.1.0.0.255", "0.0.1.0.0", "no logical name"),
        ("name: log, obis", "name: clock, obis", "`clock` stands twice"),
        ("authentication: lls", "authentication: md5", "`md5`: one of none, lls"),
        ("lls, is_ciphered: true", "hls_gmac, is_ciphered: false", "GMAC needs keys"),
        ("is_ciphered: true", "is_ciphered: yes", "true or false"),
        ("columns: [clock]", "columns: [watch]", "`watch` is no object"),
        ("columns: [clock]", "columns: clock", "a list"),
        ("columns: [clock]", "columns: [[clock]]", "a list of words"),
        ("of: log", "of: nothing", "`nothing` is no object"),
        ("occurs: 251", "occurs: 202", "code 202"),
        ("restored: 202", "restored: 201", "restored as it occurs"),
        ("occurs: 251, log: log", "occurs: 251, log: none", "`none` is no object"),
        ("bits: 8", "bits: 2000", "1 to 1024"),
        ("object: word", "object: world", "no object of the table"),
        ("{bit: 1, name: breath", "{bit: 0, name: breath", "bit 0 stands twice"),
        ("{bit: 1, name: breath", "{bit: 1, name: magnet", "bit 0 or 1"),
        ("{bit: 1, name: breath", "{bit: 8, name: breath", "0 to 7"),
        ("name: magnet, event: magnet, source", "name: m, event: m, source", "is no event"),
        ("[{bit: 0}, ", "[{bit: 0, event: magnet}, ", "has no name"),
        ("[{bit: 0}, ", "[", "bit 0 or 2"),
        ("[{name: reader,", "[{name: writer,", "not in the standard's table"),
        ("note: an example", "note:", "words expected"),
        ("standard: an example", "standard: [a]", "words expected"),
        (
            "  - name: other",
            "  - {name: other, note: n, source: s}\n  - name: other",
            "twice",
        ),
        ("makes:", "makers:", "`makers` is not known"),
        ("standard: an example", "standard: {", "no YAML"),
    ],
)
def test_a_fault_is_refused_with_its_line(old, new, reason):
    assert old in GOOD
    with pytest.raises(TableError, match=reason) as refusal:
        load(GOOD.replace(old, new, 1))
    assert refusal.value.line >= 1
    assert str(refusal.value).startswith("names.yaml, line ")


@pytest.mark.parametrize("text", ["", "- a", "standard: x", "[" * 5000])
def test_what_is_no_table_is_refused(text):
    with pytest.raises(TableError):
        load(text)


# The tables themselves


def test_every_entry_of_the_tables_says_where_it_stands():
    tables = is15959.STANDARD
    for table in (tables.objects, tables.associations, tables.profiles, tables.events):
        for facts in table.values():
            assert facts.source.startswith(("IS 15959", "IEC 62056", "practice"))


@pytest.mark.parametrize(
    ("code", "name", "occurs"),
    [
        (1, "voltage_missing_r", True),
        (102, "power_failure", False),
        (201, "magnet", True),
        (202, "magnet", False),
        (211, "to_postpaid", True),
        (251, "cover_open", True),
        (301, "load_disconnected", True),
        (302, "load_disconnected", False),
    ],
)
def test_events_have_their_codes(code, name, occurs):
    event, happens = is15959.event_of(code)
    assert (event.name, happens) == (name, occurs)


def test_an_event_of_one_make_is_none_of_another():
    assert is15959.event_of(253) is None
    event, _ = is15959.event_of(253, make="phase_sequence_and_temperature")
    assert event.name == "switch_weld"
    with pytest.raises(KeyError):
        is15959.event_of(253, make="a make nobody has named")


def word(*bits: int) -> str:
    return "".join("1" if at in bits else "0" for at in range(128))


def test_the_status_word_is_read_by_the_table_of_its_make():
    assert [bit.name for bit in is15959.bits_set(word(0, 81, 83, 85, 86))] == [
        "voltage_missing_r",
        "magnet",
        "cover_open",
        "last_gasp",
        "first_breath",
    ]
    shifted = is15959.bits_set(word(80, 82, 85), make="shifted_status_word")
    assert [bit.name for bit in shifted] == ["magnet", "cover_open", "last_gasp"]


def test_a_bit_without_meaning_is_shown_by_its_number():
    (bit,) = is15959.bits_set(word(100))
    assert (bit.bit, bit.name, bit.event) == (100, "bit_100", None)


def test_associations_are_those_of_the_standard():
    reader, setter = is15959.ASSOCIATIONS[32], is15959.ASSOCIATIONS[48]
    assert reader.authentication is Authentication.LLS
    assert setter.authentication is Authentication.HLS_GMAC
    assert setter.association == Obis.parse("0.0.40.0.3.255")
    assert setter.security_setup == Obis.parse("0.0.43.0.3.255")
    assert setter.counter == is15959.UTILITY_SETTING_COUNTER
    public = is15959.ASSOCIATIONS[16]
    assert (public.security_setup, public.counter, public.is_ciphered) == (
        None,
        None,
        False,
    )


def test_names_in_code_are_those_of_the_tables():
    for name, facts in is15959.STANDARD.objects.items():
        constant = getattr(is15959, name.upper(), None)
        if isinstance(constant, Obis):
            assert constant == facts.obis
    assert is15959.STANDARD.objects["disconnect_control"].class_id == (
        ClassId.DISCONNECT_CONTROL
    )

"""What meters note, in words: each event that is known has its own, in both languages."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from bijlighar.dlms.is15959 import of_make
from bijlighar.web.desk.meter_events import BEGINS_AND_ENDS, GRAVE, HAPPENS, noted

EVENTS = of_make(None).events
CODES = sorted(
    {code for one in EVENTS.values() for code in (one.occurs, one.restored) if code}
)


def test_every_event_that_begins_and_ends_has_two_sentences_of_its_own():
    ending = {name for name, one in EVENTS.items() if one.restored is not None}
    assert ending == BEGINS_AND_ENDS.keys()
    assert HAPPENS.keys() | GRAVE <= EVENTS.keys()


@pytest.mark.parametrize("language", ["hi", "en"])
def test_no_two_codes_say_the_same(language):
    with override(language):
        said = [noted(code).words for code in CODES]
    assert len(set(said)) == len(CODES)


def test_only_what_a_hand_may_have_done_is_grave_and_only_while_it_lasts():
    (magnet,) = (one for one in EVENTS.values() if one.name == "magnet")
    assert noted(magnet.occurs).is_grave
    assert not noted(magnet.restored).is_grave
    assert not noted(9).is_grave


def test_an_unknown_code_is_told_as_it_is():
    with override("hi"):
        assert noted(4_711).words == "घटना 4711"

"""Texts of notices: registered word by word, complete, short, and unlike a fraud's."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import pytest

from bijlighar.notices.rules import (
    TYPES,
    CatalogueError,
    catalogue,
    fill,
    shorten,
    shown_text,
)
from bijlighar.notices.sms_length import Alphabet, sms_length
from bijlighar.notices.values import NoticeKind, Urgency

CONSUMER = "7310000001"
FILLED = {
    "used": "1,35,000",
    "threshold": "1,50,000",
    "extra": "1,23,45,678.50",
    "consumer_number": CONSUMER,
    "amount": "1,00,000.00",
    "balance": "-1,23,456.78",
    "due": "1,23,456.78",
    "needed": "1,23,457.00",
    "percent": "30",
    "until": "10-04-2026, 11:00",
    "starts": "10-04-2026, 09:00",
    "from_day": "01-05-2026",
    "budget": "10,00,000.00",
    "budget_units": "1,00,000",
    "month": "September",
    "left": "1,00,000.00",
    "complaint_number": "1912/26/0001234",
    "number_end": "0001",
    "receipt": "R-2026-0000000123",
    "payee": "न" * 40,
    "code": "123456",
    "minutes": "5",
    "count": "10",
    "ending": "4321",
    "area": "न" * 40,
    "reason": "म" * 40,
    "office": "द" * 40,
}
"""The longest that each variable is in earnest."""

OF_NO_HOME = {
    NoticeKind.CODE,
    NoticeKind.PAID_FOR_ANOTHER,
    NoticeKind.PENDING_FOR_ANOTHER,
    NoticeKind.FAILED_FOR_ANOTHER,
}
"""Told to somebody who may not know the whole number of the home."""
MOST_PARTS = 4
ALL = [(kind, language) for kind in NoticeKind for language in ("hi", "en")]


def parameters(kind: NoticeKind, language: str, **changes: str) -> dict[str, str]:
    names = catalogue()[kind, language].variables
    return {name: FILLED[name] for name in names} | changes


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_every_kind_has_a_text_in_both_languages_that_can_be_filled(kind, language):
    text = fill(kind=kind, language=language, parameters=parameters(kind, language))
    assert "{" not in text
    assert "}" not in text
    for value in parameters(kind, language).values():
        assert value in text


def test_every_variable_has_a_type_and_the_longest_of_it_is_tried():
    named = {name for template in catalogue().values() for name in template.types}
    assert named == FILLED.keys()
    assert {t for template in catalogue().values() for t in template.types.values()} == (
        TYPES.keys()
    )


def test_there_are_no_other_texts_and_each_has_its_own_template_id():
    assert catalogue().keys() == set(ALL)
    ids = [template.template_id for template in catalogue().values()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-9]{19}", one) for one in ids)


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_both_languages_of_a_kind_say_the_same_things(kind):
    hindi, english = catalogue()[kind, "hi"], catalogue()[kind, "en"]
    assert hindi.variables == english.variables
    assert ("consumer_number" in hindi.variables) is (kind not in OF_NO_HOME)
    assert hindi.urgency is english.urgency
    assert hindi.is_always_told is english.is_always_told


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_variable_is_left_open_by_its_name_alone(kind, language):
    parts = string.Formatter().parse(catalogue()[kind, language].text)
    for _, name, form, conversion in parts:
        if name is not None:
            assert re.fullmatch(r"[a-z_]+", name)
            assert not form
            assert conversion is None


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_hindi_is_in_hindi_and_english_in_english(kind):
    devanagari = re.compile(r"[\u0900-\u097f]")
    bare = {
        language: re.sub(r"\{[a-z_]+\}", "", catalogue()[kind, language].text)
        for language in ("hi", "en")
    }
    assert not re.search(r"[A-Za-z]", bare["hi"])
    assert devanagari.search(bare["hi"])
    assert bare["en"].isascii()


FRAUD = re.compile(
    r"https?:|www\.|\.(com|in|ly|gov|org)\b|\botp\b|ओटीपी|क्लिक|\bclick\b|\blink\b|लिंक"
    r"|whats|व्हाट्स|\bapp\b|ऐप|password|पासवर्ड|\bpin\b|पिन|\bcall\b|कॉल|upi|यूपीआई",
    re.IGNORECASE,
)


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_no_notice_asks_for_an_otp_a_call_or_a_click(kind, language):
    text = catalogue()[kind, language].text
    for warning in WARNINGS:
        text = text.replace(warning, "")
    assert not FRAUD.search(text)


WARNINGS = (
    "ओटीपी किसी को न बताएँ।",
    "ओटीपी किसी को फ़ोन पर न बताएँ।",
    "Never tell anybody an OTP.",
    "Never tell anybody an OTP on the phone.",
)
"""What may be said of an OTP: never to tell it."""
WARNED = {
    NoticeKind.BALANCE_USED_UP,
    NoticeKind.DISCONNECTED,
    NoticeKind.DISCONNECTION_AHEAD,
    NoticeKind.NUMBER_CHANGE_ASKED,
}


@pytest.mark.parametrize("language", ["hi", "en"])
def test_a5_warnings_say_never_to_tell_an_otp_and_the_code_says_it_of_itself(language):
    for kind in WARNED:
        text = catalogue()[kind, language].text
        assert any(warning in text for warning in WARNINGS)
    code = catalogue()[NoticeKind.CODE, language].text
    assert {"hi": "किसी को न बताएँ, फ़ोन पर भी नहीं", "en": "not even on the phone"}[
        language
    ] in code


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_the_only_number_in_a_notice_is_the_helpline(kind, language):
    text = re.sub(r"\{[a-z_]+\}", "", catalogue()[kind, language].text)
    assert set(re.findall(r"[0-9०-९]+", text)) == {"1912"}


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_notice_ends_with_who_says_so(kind, language):
    who = {"hi": "बिजलीघर", "en": "Bijlighar"}[language]
    assert catalogue()[kind, language].text.endswith(who)


def test_no_notice_is_longer_than_four_parts_even_in_ucs_2():
    for kind, language in ALL:
        text = fill(kind=kind, language=language, parameters=parameters(kind, language))
        length = sms_length(text)
        assert length.parts <= MOST_PARTS, (kind, language, length)


def test_a_code_is_two_parts_in_hindi_and_one_in_english():
    for language, alphabet, parts in (
        ("hi", Alphabet.UCS_2, 3),
        ("en", Alphabet.GSM_7, 1),
    ):
        known = parameters(NoticeKind.CODE, language)
        length = sms_length(fill(kind=NoticeKind.CODE, language=language, parameters=known))
        assert (length.alphabet, length.parts) == (alphabet, parts)


@pytest.mark.parametrize(
    ("text", "alphabet", "places", "parts"),
    [
        ("", Alphabet.GSM_7, 0, 1),
        ("a" * 160, Alphabet.GSM_7, 160, 1),
        ("a" * 161, Alphabet.GSM_7, 161, 2),
        ("a" * 306, Alphabet.GSM_7, 306, 2),
        ("a" * 307, Alphabet.GSM_7, 307, 3),
        ("€" * 80, Alphabet.GSM_7, 160, 1),
        ("€" * 81, Alphabet.GSM_7, 162, 2),
        # 152 places and one of two: the last does not fit the first part.
        ("a" * 152 + "€" + "a" * 152, Alphabet.GSM_7, 306, 3),
        ("₹", Alphabet.UCS_2, 1, 1),
        ("क" * 70, Alphabet.UCS_2, 70, 1),
        ("क" * 71, Alphabet.UCS_2, 71, 2),
        ("क" * 134, Alphabet.UCS_2, 134, 2),
        ("क" * 135, Alphabet.UCS_2, 135, 3),
        ("क" * 66 + "😀" + "क" * 66, Alphabet.UCS_2, 134, 3),
    ],
)
def test_the_parts_of_an_sms_are_counted_as_the_network_counts(
    text, alphabet, places, parts
):
    length = sms_length(text)
    assert (length.alphabet, length.places, length.parts) == (alphabet, places, parts)


def test_a_code_goes_first_then_supply_then_payments_then_balances_then_digests():
    def of(kind: NoticeKind) -> Urgency:
        return catalogue()[kind, "hi"].urgency

    order = [
        NoticeKind.CODE,
        NoticeKind.RECONNECTED,
        NoticeKind.RECHARGED,
        NoticeKind.LOW_BALANCE,
        NoticeKind.PLANNED_OUTAGE,
        NoticeKind.DIGEST_DAILY,
    ]
    assert [of(kind) for kind in order] == sorted(Urgency)
    assert of(NoticeKind.DISCONNECTED) is of(NoticeKind.DISCONNECTION_AHEAD)
    assert of(NoticeKind.DISCONNECTED) is Urgency.SUPPLY


def test_a_code_is_masked_where_it_is_read_afterwards():
    known = parameters(NoticeKind.CODE, "en")
    assert "123456" in fill(kind=NoticeKind.CODE, language="en", parameters=known)
    shown = shown_text(kind=NoticeKind.CODE, language="en", parameters=known)
    assert "123456" not in shown
    assert shown.startswith("•••••• is your Bijlighar code, good for 5 minutes.")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("amount", "500", "amount is no money"),
        ("amount", "5 lakh", "amount is no money"),
        ("balance", "1e5", "balance is no money"),
        ("consumer_number", "<b>1</b>", "consumer_number is no id"),
    ],
)
def test_a_variable_of_another_type_is_refused(name, value, why):
    known = parameters(NoticeKind.RECHARGED, "hi", **{name: value})
    with pytest.raises(CatalogueError, match=why):
        fill(kind=NoticeKind.RECHARGED, language="hi", parameters=known)


@pytest.mark.parametrize(
    "words", ["see https://a.b", "www.pay-now.in", "call 9876543210", "get it.apk"]
)
def test_a10_free_words_carry_no_address_and_no_number_to_call(words):
    known = parameters(NoticeKind.PLANNED_OUTAGE, "hi", reason=words)
    with pytest.raises(CatalogueError, match="no address and no number"):
        fill(kind=NoticeKind.PLANNED_OUTAGE, language="hi", parameters=known)


@pytest.mark.parametrize(
    ("words", "short"),
    [
        ("Feeder 4", "Feeder 4"),
        ("a\n b", "a b"),
        ("{x}", "(x)"),
        ("w" * 40, "w" * 40),
        ("w" * 41, "w" * 37 + "..."),
        (
            "Replacement of the transformer near the old market",
            "Replacement of the transformer near...",
        ),
    ],
)
def test_free_words_are_shortened_to_what_a_variable_carries(words, short):
    assert shorten(words) == short
    assert len(short) <= 40


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_each_variable_that_is_missing_is_named(kind, language):
    for name in parameters(kind, language):
        left = parameters(kind, language)
        del left[name]
        with pytest.raises(CatalogueError, match=rf"{kind} in {language}.*{name}"):
            fill(kind=kind, language=language, parameters=left)


def test_a_variable_that_no_text_knows_is_named():
    odd = parameters(NoticeKind.RECHARGED, "hi", otp="123456")
    with pytest.raises(CatalogueError, match="otp"):
        fill(kind=NoticeKind.RECHARGED, language="hi", parameters=odd)


def test_a_variable_has_forty_characters_at_most():
    def filled(name: str) -> str:
        known = parameters(NoticeKind.RECHARGED, "hi", consumer_number=name)
        return fill(kind=NoticeKind.RECHARGED, language="hi", parameters=known)

    assert "7" * 40 in filled("7" * 40)
    with pytest.raises(CatalogueError, match="consumer_number is longer than 40"):
        filled("7" * 41)


def test_what_stands_in_braces_in_a_variable_fills_nothing():
    known = parameters(NoticeKind.PLANNED_OUTAGE, "en", reason="{area}")
    with pytest.raises(CatalogueError, match="reason is no words"):
        fill(kind=NoticeKind.PLANNED_OUTAGE, language="en", parameters=known)


def test_a_text_without_variables_leaves_none_open():
    template = replace(catalogue()[NoticeKind.RECHARGED, "en"], text="Good morning")
    assert template.variables == frozenset()

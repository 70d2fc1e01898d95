"""Texts of notices: registered word by word, complete, short, and unlike a fraud's."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import pytest

from bijlighar.notices.rules import CatalogueError, catalogue, fill
from bijlighar.notices.values import NoticeKind

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
}
"""The longest that each variable is in earnest."""

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


def test_there_are_no_other_texts_and_each_has_its_own_template_id():
    assert catalogue().keys() == set(ALL)
    ids = [template.template_id for template in catalogue().values()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-9]{19}", one) for one in ids)


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_both_languages_of_a_kind_say_the_same_things(kind):
    hindi, english = catalogue()[kind, "hi"], catalogue()[kind, "en"]
    assert hindi.variables == english.variables
    assert "consumer_number" in hindi.variables
    assert hindi.variables & {"balance", "due", "extra"}


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
    assert not FRAUD.search(catalogue()[kind, language].text)


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_the_only_number_in_a_notice_is_the_helpline(kind, language):
    text = re.sub(r"\{[a-z_]+\}", "", catalogue()[kind, language].text)
    assert re.findall(r"[0-9०-९]+", text) == ["1912"]


@pytest.mark.parametrize(("kind", "language"), ALL)
def test_a_notice_ends_with_who_says_so(kind, language):
    who = {"hi": "बिजलीघर", "en": "Bijlighar"}[language]
    assert catalogue()[kind, language].text.endswith(who)


def sms_parts(text: str) -> tuple[int, int]:
    """(length in UCS-2 units, parts): 70 units are one SMS, more go 67 to the part."""
    units = len(text.encode("utf-16-be")) // 2
    return units, 1 if units <= 70 else -(-units // 67)


def test_no_notice_is_longer_than_four_parts_even_in_ucs_2():
    for kind, language in ALL:
        text = fill(kind=kind, language=language, parameters=parameters(kind, language))
        units, parts = sms_parts(text)
        print(f"{kind:16} {language}  {units:4} UCS-2 units  {parts} parts")
        assert parts <= MOST_PARTS


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

    assert "आ" * 40 in filled("आ" * 40)
    with pytest.raises(CatalogueError, match="consumer_number is longer than 40"):
        filled("7" * 41)


def test_what_stands_in_braces_in_a_variable_stays_as_it_is():
    known = parameters(NoticeKind.RECHARGED, "en", amount="{balance}")
    text = fill(kind=NoticeKind.RECHARGED, language="en", parameters=known)
    assert "Rs {balance} received" in text


def test_a_text_without_variables_leaves_none_open():
    template = replace(catalogue()[NoticeKind.RECHARGED, "en"], text="Good morning")
    assert template.variables == frozenset()

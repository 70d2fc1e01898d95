"""Numbers of papers, accounts, names, and how far somebody is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bijlighar.kyc.rules import (
    CODE_LASTS,
    Refused,
    check_account,
    check_number,
    end_of,
    is_given_up,
    same_name,
    standing_of,
)
from bijlighar.kyc.values import PaperKind, PaperState, Standing, Wrong
from tests.kyc.papers import ACCOUNT, IFSC, LIKE, PAN, VOTER_ID

NOW = datetime(2026, 4, 10, 6, 30, tzinfo=UTC)


def refused(kind: PaperKind, typed: str) -> Wrong:
    """Why a number is not taken."""
    with pytest.raises(Refused) as told:
        check_number(kind=kind, typed=typed)
    return told.value.wrong


@pytest.mark.parametrize(
    ("kind", "typed", "number"),
    [
        (PaperKind.PAN, PAN, PAN),
        (PaperKind.PAN, " abcpe 1234 f ", PAN),
        (PaperKind.PAN, "ABCPE१२३४F", PAN),
        (PaperKind.VOTER_ID, VOTER_ID, VOTER_ID),
        (PaperKind.VOTER_ID, "wkh 1186253", VOTER_ID),
        (PaperKind.DRIVING_LICENCE, "UP70 20110012345", "UP7020110012345"),
        (PaperKind.DRIVING_LICENCE, "up-70/2011/0012345", "UP7020110012345"),
        (PaperKind.SAMAGRA, "123456789", "123456789"),
        (PaperKind.SAMAGRA, "१२३४५६७८", "12345678"),
    ],
)
def test_d5_numbers_are_taken_as_people_write_them(kind, typed, number):
    checked = check_number(kind=kind, typed=typed)
    assert (checked.number, checked.is_unusual) == (number, False)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (PaperKind.VOTER_ID, "WKH1186254"),
        (PaperKind.VOTER_ID, "UP/12/345/678901"),
        (PaperKind.DRIVING_LICENCE, "UP70/1234/98"),
        (PaperKind.DRIVING_LICENCE, "R-1234/UP/1998"),
    ],
)
def test_d5_old_forms_and_check_digits_that_do_not_fit_are_marked_and_no_dead_end(
    kind, typed
):
    assert check_number(kind=kind, typed=typed).is_unusual


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (PaperKind.PAN, "ABCPE123F"),
        (PaperKind.PAN, "ABCPE12345"),
        (PaperKind.PAN, "ABCZE1234F"),
        (PaperKind.PAN, "ABCPE0000F"),
        (PaperKind.PAN, "<script>alert(1)</script>"),
        (PaperKind.VOTER_ID, "WK1"),
        (PaperKind.VOTER_ID, "1234567890"),
        (PaperKind.DRIVING_LICENCE, "1234"),
        (PaperKind.DRIVING_LICENCE, "ABCDEFGH"),
        (PaperKind.DRIVING_LICENCE, "UP" + "1" * 40),
        (PaperKind.SAMAGRA, "1234567"),
        (PaperKind.SAMAGRA, "1234567890"),
        (PaperKind.SAMAGRA, "12345678A"),
    ],
)
def test_d5_numbers_of_another_form_are_refused(kind, typed):
    assert refused(kind, typed) is Wrong.FORM


@pytest.mark.parametrize("kind", [one for one in PaperKind if one.value != "offline_qr"])
def test_d1_no_paper_takes_an_aadhaar_like_number(kind):
    assert refused(kind, f"{LIKE[:4]} {LIKE[4:8]} {LIKE[8:]}") is Wrong.LIKE_AADHAAR
    assert refused(kind, " ") is Wrong.EMPTY


def account(**changes: str):
    """The account of somebody, with something else."""
    told = {"typed": ACCOUNT, "again": ACCOUNT, "ifsc": IFSC, "holder": "Asha Devi"}
    return check_account(**{**told, **changes})


def test_an_account_is_taken_as_people_write_it():
    checked = account(typed="301 1223 3445", again="30112233445", ifsc="sbin0001234")
    assert (checked.account, checked.ifsc, checked.holder) == (ACCOUNT, IFSC, "Asha Devi")
    assert account(typed="0012345678", again="0012345678").account == "0012345678"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"typed": "", "again": ""}, Wrong.EMPTY),
        ({"typed": "12345678", "again": "12345678"}, Wrong.FORM),
        ({"typed": "1" * 19, "again": "1" * 19}, Wrong.FORM),
        ({"typed": "0" * 11, "again": "0" * 11}, Wrong.FORM),
        ({"typed": "30112233A45"}, Wrong.FORM),
        ({"typed": LIKE, "again": LIKE}, Wrong.LIKE_AADHAAR),
        ({"again": "30112233446"}, Wrong.NOT_THE_SAME),
        ({"ifsc": "SBIN1001234"}, Wrong.IFSC),
        ({"ifsc": "SBI00012345"}, Wrong.IFSC),
        ({"ifsc": ""}, Wrong.IFSC),
        ({"holder": " "}, Wrong.NAME),
        ({"holder": "123"}, Wrong.NAME),
        ({"holder": "A" * 101}, Wrong.NAME),
    ],
)
def test_what_is_wrong_with_an_account_is_told(changes, wrong):
    with pytest.raises(Refused) as told:
        account(**changes)
    assert told.value.wrong is wrong


@given(st.text(alphabet="0123456789ABC", max_size=30))
def test_law_what_may_be_shown_is_at_most_four_signs_and_a_third_of_a_number(number):
    shown = end_of(number)
    assert len(shown) <= 4
    assert len(shown) * 3 <= len(number)
    assert number.endswith(shown)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Asha", "ASHA", True),
        ("Asha Devi", "Devi, Asha", True),
        ("Smt. Asha Devi", "asha devi", True),
        ("Asha Kumari Devi", "Asha Devi", True),
        ("आशा देवी", "आशा देवी", True),
        ("Asha", "Asha Devi", False),
        ("Asha Devi", "Usha Devi", False),
        ("Ram Lal Gupta", "Ram Das Gupta", False),
        ("", "", False),
        ("Smt.", "Smt.", False),
    ],
)
def test_names_are_the_same_only_beyond_doubt(first, second, same):
    assert same_name(first, second) is same
    assert same_name(second, first) is same


@pytest.mark.parametrize(
    ("states", "standing"),
    [
        ([], Standing.NOT_STARTED),
        ([PaperState.ASKED], Standing.NOT_STARTED),
        ([PaperState.REPLACED, PaperState.WITHDRAWN], Standing.NOT_STARTED),
        ([PaperState.REJECTED], Standing.REJECTED),
        ([PaperState.REJECTED, PaperState.WAITING], Standing.WAITING),
        ([PaperState.WAITING, PaperState.ACCEPTED, PaperState.REJECTED], Standing.DONE),
    ],
)
def test_how_far_somebody_is(states, standing):
    assert standing_of(states) is standing
    assert standing_of(reversed(states)) is standing


def test_a_code_is_waited_for_a_quarter_of_an_hour():
    assert not is_given_up(asked_at=NOW, real_now=NOW + CODE_LASTS - timedelta(seconds=1))
    assert is_given_up(asked_at=NOW, real_now=NOW + CODE_LASTS)

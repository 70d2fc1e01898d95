"""A1 to A6: codes are random, live shortly, are guessed at and asked for within limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bijlighar.logins import rules
from bijlighar.logins import service as logins
from bijlighar.logins.models import Code
from bijlighar.logins.values import IssuedCode, Outcome, Purpose

pytestmark = pytest.mark.usefixtures("committed_db")

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
ASHA = "+919876500001"


def ask(*, at: datetime = NOW, mobile: str = ASHA, **other: object) -> IssuedCode:
    held = {
        "purpose": Purpose.SIGN_IN,
        "browser": "b1",
        "address": "203.0.113.7",
        **other,
    }
    return logins.issue_code(mobile=mobile, real_now=at, **held)  # type: ignore[arg-type]


def check(code: str, *, at: datetime = NOW, mobile: str = ASHA, **other: object) -> Outcome:
    held = {
        "purpose": Purpose.SIGN_IN,
        "browser": "b1",
        "address": "203.0.113.7",
        **other,
    }
    return logins.check_code(
        mobile=mobile,
        code=code,
        real_now=at,
        **held,  # type: ignore[arg-type]
    ).outcome


def wrong(issued: IssuedCode) -> str:
    return f"{(int(issued.digits) + 1) % 10**6:06d}"


class TestA2Life:
    def test_a_code_works_once(self):
        code = ask().digits
        assert check(code) is Outcome.RIGHT
        assert check(code) is Outcome.GONE

    def test_typed_with_a_gap_it_works_too(self):
        code = ask().digits
        assert check(f"{code[:3]} {code[3:]}") is Outcome.RIGHT

    def test_after_five_minutes_it_is_gone(self):
        code = ask().digits
        late = NOW + rules.CODE_LASTS
        assert check(code, at=late) is Outcome.GONE
        assert check(code, at=late - timedelta(microseconds=1)) is Outcome.RIGHT

    @pytest.mark.parametrize(
        "other",
        [
            {"mobile": "+919876500002"},
            {"purpose": Purpose.KYC},
            {"browser": "b2"},
            {"about": "1234567890"},
        ],
    )
    def test_it_is_for_one_number_purpose_browser_and_thing(self, other):
        code = ask().digits
        assert check(code, **other) is Outcome.GONE
        assert check(code) is Outcome.RIGHT

    def test_a_newer_one_replaces_it(self):
        first = ask().digits
        second = ask(at=NOW + timedelta(seconds=30)).digits
        if first != second:
            assert check(first, at=NOW + timedelta(seconds=31)) is Outcome.WRONG
        assert check(second, at=NOW + timedelta(seconds=31)) is Outcome.RIGHT


class TestA3Guesses:
    def test_five_tries_a_code(self):
        issued = ask()
        for left in (4, 3, 2, 1):
            held = logins.check_code(
                mobile=ASHA,
                purpose=Purpose.SIGN_IN,
                browser="b1",
                address="203.0.113.7",
                code=wrong(issued),
                real_now=NOW,
            )
            assert (held.outcome, held.tries_left) == (Outcome.WRONG, left)
        assert check(wrong(issued)) is Outcome.GONE
        assert check(issued.digits) is Outcome.GONE
        assert Code.objects.get().tries == 5

"""A1 to A6: codes are random, live shortly, are guessed at and asked for within limits."""

from __future__ import annotations

import inspect
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from django.db import connections

from bijlighar.logins import _codes, rules
from bijlighar.logins import service as logins
from bijlighar.logins.models import Code, WrongTry
from bijlighar.logins.values import IssuedCode, Outcome, Purpose
from tests.cast import connect

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

    def test_a_number_is_sent_six_codes_a_day_at_growing_intervals(self):
        at, sent = NOW, 0
        for _ in range(40):
            try:
                issued = ask(at=at)
            except logins.AskedTooOften as refused:
                assert refused.until > at
                at = refused.until
                if at - NOW >= rules.DAY:
                    break
            else:
                sent += 1
                assert issued.asked.again_at > at
        assert sent == rules.MOST_CODES_A_DAY

    def test_one_address_asks_for_sixty_codes_an_hour(self):
        for number in range(rules.CODES_OF_ADDRESS):
            ask(mobile=f"+9198765{number:05d}")
        with pytest.raises(logins.AskedTooOften) as refused:
            ask(mobile="+919876599999")
        assert refused.value.until == NOW + rules.HOUR
        assert ask(mobile="+919876599999", address="203.0.113.8").is_to_send

    def test_one_address_types_sixty_wrong_codes_an_hour(self):
        WrongTry.objects.bulk_create(
            WrongTry(network="203.0.113.7", at=NOW) for _ in range(rules.WRONG_OF_ADDRESS)
        )
        issued = ask()
        assert check(issued.digits) is Outcome.WAIT
        later = NOW + rules.HOUR
        assert check(ask(at=later).digits, at=later) is Outcome.RIGHT

    def test_two_who_type_at_once_share_the_tries(self):
        """As many as five threads cannot guess more often than one."""
        issued = ask()
        with ThreadPoolExecutor(8) as threads:
            told = list(threads.map(lambda _: _closing(issued), range(12)))
        assert told.count(Outcome.WRONG) == 4 and told.count(Outcome.GONE) == 8
        assert Code.objects.get().tries == rules.MOST_TRIES

    def test_two_who_ask_at_once_get_one_code(self):
        def asks(_: int) -> bool:
            try:
                ask()
            except logins.AskedTooOften:
                return False
            finally:
                connections.close_all()
            return True

        with ThreadPoolExecutor(6) as threads:
            assert sum(threads.map(asks, range(6))) == 1


def _closing(issued: IssuedCode) -> Outcome:
    try:
        return check(wrong(issued))
    finally:
        connections.close_all()


class TestA1Quality:
    def test_digits_are_spread_evenly(self):
        """χ² over the digits of the product's own source, p > 0.01."""
        counts = [0] * 1_000
        for _ in range(1_000_000):
            counts[secrets.randbelow(10**6) // 1_000] += 1
        chi_squared = sum((held - 1_000) ** 2 / 1_000 for held in counts)
        assert chi_squared < 1_105.9  # 999 degrees of freedom, p = 0.01

    def test_a_code_has_six_digits_zeros_in_front_too(self, monkeypatch):
        monkeypatch.setattr("bijlighar.logins._codes.secrets.randbelow", lambda _: 42)
        assert ask().digits == "000042"

    def test_the_source_takes_chance_from_the_system_only(self):
        source = inspect.getsource(_codes)
        assert "secrets.randbelow" in source and "import random" not in source

    def test_the_table_holds_a_salted_hash_that_needs_the_key(self, settings):
        first, second = ask(), ask(mobile="+919876500002")
        held = Code.objects.get(pk=first.code_id)
        assert len(bytes(held.hash)) == 32 and len(bytes(held.salt)) == 16
        assert bytes(held.salt) != bytes(Code.objects.get(pk=second.code_id).salt)
        assert first.digits not in repr(first)
        settings.SECRET_KEY = "another key"
        assert check(first.digits) is Outcome.WRONG


class TestA4Breaker:
    def attack(self, tries: int, at: datetime = NOW) -> None:
        """Wrong tries at as many accounts from as many addresses."""
        WrongTry.objects.bulk_create(
            WrongTry(network=f"198.51.{n // 250}.{n % 250}", at=at) for n in range(tries)
        )

    def test_while_many_guess_codes_have_eight_digits_and_short_ones_are_void(self):
        short = ask()
        self.attack(rules.WRONG_OF_ALL)
        assert check(short.digits) is Outcome.GONE
        later = NOW + timedelta(seconds=30)
        long = ask(at=later)
        assert len(long.digits) == rules.LONG_DIGITS
        assert check(long.digits, at=later) is Outcome.RIGHT

    def test_ten_minutes_after_the_last_guess_six_digits_do_again(self):
        self.attack(rules.WRONG_OF_ALL)
        later = NOW + rules.BREAKER_LOOKS_BACK
        issued = ask(at=later)
        assert len(issued.digits) == rules.SHORT_DIGITS
        assert check(issued.digits, at=later) is Outcome.RIGHT

    def test_an_attack_on_many_accounts_gets_no_more_than_600_guesses(self):
        codes = [ask(mobile=f"+9198765{n:05d}", address=f"10.0.0.{n}") for n in range(12)]
        self.attack(rules.WRONG_OF_ALL - 6)
        with structlog.testing.capture_logs() as logged:
            told = [
                check(wrong(code), mobile=code.asked.mobile, address=f"10.0.0.{n}")
                for n, code in enumerate(codes)
            ]
        assert told == [Outcome.WRONG] * 6 + [Outcome.GONE] * 6
        alarms = [one for one in logged if one["event"] == "logins.codes.guessed_at"]
        assert [one["log_level"] for one in alarms] == ["critical"]


class TestA5Pumping:
    def test_of_codes_for_unknown_numbers_two_hundred_an_hour_are_sent(self):
        with structlog.testing.capture_logs() as logged:
            issued = [
                ask(mobile=f"+9170000{n:05d}", address=f"10.0.{n // 50}.{n % 50}")
                for n in range(rules.CODES_TO_UNKNOWN + 20)
            ]
        assert sum(one.is_to_send for one in issued) == rules.CODES_TO_UNKNOWN
        alarms = [one for one in logged if one["event"] == "logins.codes.pumped"]
        assert [one["log_level"] for one in alarms] == ["critical"]
        assert rules.CODES_TO_UNKNOWN / 50_000 <= 0.01

    def test_whoever_is_known_is_still_sent_one(self, monkeypatch):
        monkeypatch.setattr(rules, "CODES_TO_UNKNOWN", 3)
        (asha,) = connect("Asha")
        for n in range(rules.CODES_TO_UNKNOWN + 1):
            last = ask(mobile=f"+9170000{n:05d}")
        assert not last.is_to_send
        assert ask(mobile=asha.mobile).is_to_send

    def test_the_answer_is_the_same_where_none_is_sent(self):
        Code.objects.bulk_create(
            Code(
                mobile="+917000000001",
                purpose=Purpose.SIGN_IN,
                browser_hash=b"",
                network=str(n),
                salt=b"",
                hash=b"",
                digits=6,
                is_known=False,
                is_trusted=False,
                is_sent=True,
                asked_at=NOW,
            )
            for n in range(rules.CODES_TO_UNKNOWN)
        )
        silent = ask(mobile="+917000000002")
        assert not silent.is_to_send
        assert silent.asked.expires_at == NOW + rules.CODE_LASTS
        assert silent.asked.again_at == NOW + rules.WAITS[0]

    def test_the_whole_system_stops_at_its_hourly_number(self, monkeypatch):
        monkeypatch.setattr(rules, "CODES_OF_ALL", 3)
        for n in range(3):
            ask(mobile=f"+91700000000{n}")
        with (
            structlog.testing.capture_logs() as logged,
            pytest.raises(logins.AskedTooOften),
        ):
            ask(mobile="+917000000009")
        assert [one["event"] for one in logged] == ["logins.codes.used_up"]
        assert logged[0]["log_level"] == "critical"

    def test_a_phone_that_has_signed_in_before_gets_its_code_all_the_same(
        self, monkeypatch
    ):
        """A4: whoever attacks many accounts from many addresses keeps honest people out of
        theirs no more."""
        logins.sign_in(
            mobile=ASHA,
            browser="her phone",
            agent="",
            address="203.0.113.9",
            now=NOW,
            real_now=NOW,
        )
        monkeypatch.setattr(rules, "CODES_OF_ALL", 3)
        for n in range(3):
            ask(mobile=f"+91700000000{n}", address=f"10.0.0.{n}")
        with pytest.raises(logins.AskedTooOften):
            ask(browser="a stranger's")
        hers = ask(browser="her phone")
        assert check(hers.digits, browser="her phone") is Outcome.RIGHT


class TestA6LockOut:
    def test_a_stranger_who_burns_all_codes_does_not_lock_the_owners_phone_out(self):
        logins.sign_in(
            mobile=ASHA,
            browser="her phone",
            agent="",
            address="203.0.113.9",
            now=NOW,
            real_now=NOW,
        )
        at = NOW
        for wait in (timedelta(), *rules.WAITS):
            at += wait
            ask(at=at, browser="a stranger's")
        with pytest.raises(logins.AskedTooOften):
            ask(at=at + timedelta(minutes=15), browser="a stranger's")
        hers = ask(at=at, browser="her phone")
        assert check(hers.digits, at=at, browser="her phone") is Outcome.RIGHT

    def test_a_code_in_one_browser_is_not_touched_by_another(self):
        hers = ask(browser="her phone")
        for _ in range(9):
            check("123456", browser="a stranger's")
        assert check(hers.digits, browser="her phone") is Outcome.RIGHT


def test_old_codes_and_tries_are_forgotten():
    ask()
    WrongTry.objects.create(network="x", at=NOW)
    logins.forget_codes(real_now=NOW + rules.CODES_ARE_KEPT)
    assert Code.objects.count() == 1
    logins.forget_codes(real_now=NOW + rules.CODES_ARE_KEPT + timedelta(seconds=1))
    assert Code.objects.count() == WrongTry.objects.count() == 0

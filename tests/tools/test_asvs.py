"""The document that maps OWASP ASVS 5.0 to tests, and what it points to, are true."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from bijlighar.masters import files
from bijlighar.people import _invitations, _passwords, rules
from bijlighar.people.values import Role
from bijlighar.web import streaming
from bijlighar.web.desk import listing
from bijlighar.web.staff import between

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/reference/asvs.md"
DECISIONS = ROOT / "docs/reference/security.md"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \|(.*)\|$")
TEST = re.compile(r"`(tests/[\w/.]+\.py(?:::\w+)+)`")
VERDICTS = {"met", "waived", "n/a", "open"}
WHOLE = {1: 70, 2: 183, 3: 92}
"""How many items ASVS 5.0.0 has on each level."""
CHAPTERS = range(1, 18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the document."""

    number: str
    level: int
    asks: str
    verdict: str
    where: str
    tests: tuple[str, ...]


@cache
def items() -> tuple[Item, ...]:
    found = []
    for line in DOCUMENT.read_text().splitlines():
        if row := ROW.match(line):
            cells = [cell.strip() for cell in row[2].split(" | ")]
            assert len(cells) == 5, line
            level, asks, verdict, where, shown = cells
            found.append(
                Item(
                    number=row[1],
                    level=int(level),
                    asks=asks,
                    verdict=verdict,
                    where=where,
                    tests=tuple(TEST.findall(shown)),
                )
            )
    return tuple(found)


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of a file's tests, those of classes with the class in front."""
    found = set()
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}::{one.name}"
                for one in node.body
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
            }
    return frozenset(name for name in found if name.split("::")[-1].startswith("test_"))


def test_every_item_of_the_standard_stands_there_once():
    numbers = [item.number for item in items()]
    assert [number for number, times in Counter(numbers).items() if times > 1] == []
    assert Counter(item.level for item in items()) == WHOLE
    assert {int(number.split(".")[0]) for number in numbers} == set(CHAPTERS)
    assert numbers == sorted(numbers, key=lambda one: [int(n) for n in one.split(".")])


def test_every_verdict_is_one_of_four():
    assert [item.number for item in items() if item.verdict not in VERDICTS] == []


def test_no_item_of_the_first_level_is_open_or_waived():
    odd = [item.number for item in items() if item.level == 1]
    by_number = {item.number: item for item in items()}
    assert [n for n in odd if by_number[n].verdict not in {"met", "n/a"}] == []


def test_every_named_test_is_there():
    missing = []
    for name in sorted({name for item in items() for name in item.tests}):
        path, _, test = name.partition("::")
        if not (ROOT / path).exists() or test not in names_in(path):
            missing.append(name)
    assert missing == []


def test_what_is_met_names_its_test_and_nothing_else_does():
    assert [one.number for one in items() if one.verdict == "met" and not one.tests] == []
    assert [one.number for one in items() if one.verdict == "n/a" and one.tests] == []


def test_every_waiver_says_why_and_what_lifts_it():
    for item in items():
        if item.verdict == "waived":
            why, _, lifts = item.where.partition(" Lifts ")
            assert len(why.split()) >= 5, item.number
            assert re.match(r"(when|with|if) .+", lifts), item.number


def test_every_decision_that_an_item_points_to_is_written():
    held = dict(
        re.findall(r"^## (\d+)\. .+?\n(.+?)(?=^## |\Z)", DECISIONS.read_text(), re.M | re.S)
    )
    pointed = {
        number
        for item in items()
        for told in re.findall(r"security\.md ([\d, ]+)", item.where)
        for number in re.findall(r"\d+", told)
    }
    assert len(pointed) >= 9
    assert [number for number in pointed if len(held.get(number, "").split()) < 40] == []


def test_what_does_not_apply_or_is_open_says_why():
    silent = [one for one in items() if one.verdict in {"n/a", "open"} and not one.where]
    assert [one.number for one in silent] == []


def test_items_are_told_in_few_words_of_our_own():
    assert [item.number for item in items() if not 1 <= len(item.asks.split()) <= 12] == []
    assert "Verify that" not in DOCUMENT.read_text()


def test_the_count_at_the_top_is_right():
    (told,) = re.findall(r"(\d+) met, (\d+) waived, (\d+) not", DOCUMENT.read_text())
    held = Counter(item.verdict for item in items())
    assert [int(n) for n in told] == [held["met"], held["waived"], held["n/a"]]
    assert f"{held['open']} open" in DOCUMENT.read_text()


# The decisions


def minutes(wait: timedelta) -> int:
    return int(wait.total_seconds() // 60)


def told_in_decisions(*sentences: str) -> bool:
    held = " ".join(DECISIONS.read_text().split())
    missing = [one for one in sentences if one not in held]
    assert missing == []
    return True


def test_the_decisions_tell_the_sessions_that_the_rules_allow():
    staff = rules.session_limits(roles=[Role.JUNIOR_ENGINEER])
    console = rules.session_limits(roles=[Role.APPROVER])
    assert told_in_decisions(
        f"| staff | {minutes(staff.idle)} minutes | {minutes(staff.whole) // 60} hours |",
        f"| {minutes(console.idle)} minutes | {minutes(console.whole) // 60} hours |",
    )
    assert staff.whole.total_seconds() == settings.SESSION_COOKIE_AGE


def test_the_decisions_tell_how_guessing_is_slowed():
    assert told_in_decisions(
        f"After {rules.FAILURES_BEFORE_LOCK} in a row the pair waits"
        f" {minutes(rules.FIRST_LOCK)} minute, then 2, 4, … up to"
        f" {minutes(rules.LONGEST_LOCK)} minutes",
        f"or {settings.AXES_COOLOFF_TIME} hours",
        f"After {between.MOST_TRIES} wrong second factors",
        f"more than {minutes(rules.FACTOR_IS_FRESH_FOR)} minutes ago",
    )


def test_the_decisions_tell_which_passwords_and_codes_there_are():
    bits = _invitations.GROUPS * _invitations.GROUP * 5
    assert len(_invitations.LETTERS) == 2**5
    assert told_in_decisions(
        f"{_passwords.LEAST_LETTERS} to {_passwords.MOST_LETTERS} characters",
        f"one-time code ({bits} bits, {minutes(_invitations.LASTS) // 60} h, one use",
    )
    (length,) = [
        one["OPTIONS"]["min_length"]
        for one in settings.AUTH_PASSWORD_VALIDATORS
        if one["NAME"].endswith("MinimumLengthValidator")
    ]
    assert length == _passwords.LEAST_LETTERS


def test_the_decisions_tell_the_limits_of_files_and_tables():
    mb = 1024 * 1024
    assert told_in_decisions(
        f"| {files.MOST_BYTES // mb} MB, {files.MOST_ROWS // 100_000} lakh rows,"
        f" {files.LONGEST_CELL:,} characters a cell |",
        f"| {files.MOST_WORKBOOK_BYTES // mb} MB, {files.MOST_UNPACKED_BYTES // mb} MB and"
        f" {files.MOST_ENTRIES:,} entries unpacked",
        f"{listing.LONGEST_FILTER} characters, {listing.ROWS_A_PAGE} rows a page",
        f"at most {streaming.EXPORTS_AT_ONCE} at a time in a process, others wait"
        f" {streaming.WAIT_FOR_TURN_S} seconds",
    )


def test_the_decisions_tell_the_rates_of_the_api():
    per_minute = {name: rate.split("/")[0] for name, rate in settings.API_LIMITS.items()}
    assert told_in_decisions(
        f"client ({per_minute['client']} a minute), staff ({per_minute['staff']}),"
        f" unknown address ({per_minute['address']}) and token requests"
        f" ({per_minute['token']})"
    )


def test_the_decisions_tell_for_how_long_browsers_remember_and_parts_may_stay_weak():
    assert told_in_decisions(
        "HSTS, two years",
        "within **7 days when critical, 30 when high, 90 else**",
        "Argon2id",
    )


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_the_decisions_tell_the_rights_of_each_role(role):
    words = ", ".join(sorted(f"`{right.value}`" for right in rules.RIGHTS[role]))
    assert f"| {role.value.replace('_', ' ')} | {words} |" in DECISIONS.read_text()


def test_no_role_both_proposes_and_approves_the_same():
    for held in rules.RIGHTS.values():
        names = {right.value for right in held}
        for name in names:
            if name.startswith("propose_"):
                assert name.replace("propose_", "approve_") not in names


def test_every_environment_variable_that_is_a_secret_stands_in_the_inventory():
    named = set(
        re.findall(
            r'environ(?:\.get)?[(\[]"(BIJLIGHAR_\w*(?:KEY|SECRET)\w*)"',
            (ROOT / "src/bijlighar/project/settings.py").read_text(),
        )
    )
    assert len(named) >= 4
    of_operators = {name for name in named if "GATEWAY" in name or "SMS" in name}
    assert told_in_decisions(*sorted(named - of_operators), "gateway and SMS keys")

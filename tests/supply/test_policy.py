"""Cut-off policies: what the packaged one allows, and what no file may say."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest

from bijlighar.kernel.ist import IST
from bijlighar.kernel.strict_yaml import FileError
from bijlighar.supply.policy import UnknownPolicy, policy_named, read_policy
from tests.supply.policies import NAME, POLICY, TEXT, changed

A_MOMENT = timedelta(microseconds=1)


def india(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=IST)


def test_the_packaged_policy_says_what_its_notice_says():
    assert (POLICY.name, POLICY.in_force_from) == (NAME, date(2025, 9, 19))
    assert POLICY.warn_at_percent == (30, 10, 0)
    assert (POLICY.disconnect_below_paise, POLICY.reconnect_from_paise) == (0, 0)
    assert POLICY.emergency_credit == timedelta(days=3)
    assert POLICY.grace_after_conversion == timedelta(days=30)
    assert POLICY.evidence_at_most == timedelta(days=2)
    assert (POLICY.quiet_from, POLICY.quiet_until) == (time(18, 0), time(8, 0))
    assert POLICY.quiet_weekdays == {6}
    assert not POLICY.second_saturday_is_quiet
    assert date(2026, 8, 15) in POLICY.holidays


def test_every_year_until_2027_has_its_fixed_holidays():
    fixed = [(1, 26), (8, 15), (10, 2), (12, 25)]
    days = {date(year, *day) for year in (2026, 2027) for day in fixed}
    assert days <= POLICY.holidays


@pytest.mark.parametrize(
    ("at", "allows"),
    [
        ("2026-04-07 07:59:59.999999", False),
        ("2026-04-07 08:00", True),
        ("2026-04-07 12:00", True),
        ("2026-04-07 17:59:59.999999", True),
        ("2026-04-07 18:00", False),
        ("2026-04-07 23:59", False),
        ("2026-04-08 00:00", False),
        ("2026-04-04 12:00", True),
        ("2026-04-05 08:00", False),
        ("2026-04-05 17:59", False),
        ("2026-04-06 08:00", True),
        ("2026-04-03 12:00", False),
        ("2026-04-14 10:00", False),
        ("2026-04-11 10:00", True),
    ],
    ids=str,
)
def test_nobody_is_disconnected_at_night_on_sundays_and_on_holidays(at, allows):
    assert POLICY.allows_disconnection_at(india(at)) is allows


def test_the_hour_is_indias_whatever_clock_the_instant_is_told_by():
    at = datetime.fromisoformat("2026-04-07T02:30:00+00:00")
    assert POLICY.allows_disconnection_at(at)
    assert not POLICY.allows_disconnection_at(at - A_MOMENT)


def test_the_second_saturday_may_be_quiet():
    old = "second_saturday:\n    value: false"
    policy = read_policy(changed(old, old.replace("false", "true")), where="text")
    quiet = [
        day
        for day in range(1, 31)
        if date(2026, 5, day).weekday() == 5
        and not policy.allows_disconnection_at(india(f"2026-05-{day:02d} 12:00"))
    ]
    assert quiet == [9]


def test_there_is_no_policy_of_another_name():
    with pytest.raises(UnknownPolicy, match="no supply policy named up-1925"):
        policy_named("up-1925")


DEBT = "disconnect_below_paise:\n  value: 0"
CREDIT = "emergency_credit_days:\n  value: 3"
WARN = "values: [30, 10, 0]"

REFUSED = [
    ("policy: up-2025-09\n", "", "`policy` is missing"),
    ("policy: up-2025-09\n", "policy: 7\n", "`policy` must be words"),
    ("in_force_from: 2025-09-19", "in_force_from: soon", "must be a day"),
    (
        "in_force_from: 2025-09-19",
        "in_force_from: 2025-09-19 10:00:00",
        "`in_force_from` is not a day",
    ),
    ("in_force_from: 2025-09-19\n", "", "`in_force_from` is missing"),
    (WARN, "values: [30, 10.5, 0]", "`10.5` is a float"),
    (WARN, "values: [30, true, 0]", "`values` must be a whole number"),
    (WARN, "values: 30", "`values` must be a list"),
    (WARN, "values: []", "warnings must fall"),
    (WARN, "values: [10, 30, 0]", "warnings must fall"),
    (WARN, "values: [30, 30, 0]", "warnings must fall"),
    (WARN, "values: [130, 10, 0]", "`values` is 130, outside 0 to 100"),
    ("of: last_recharge", "of: balance", "`of` is `balance`"),
    ("disconnect_below_paise:", "disconnect_below:", "`disconnect_below` is not known"),
    (
        "disconnect_below_paise:\n  value: 0",
        "disconnect_below_paise:\n  value: 100001",
        "100001",
    ),
    (CREDIT, CREDIT.replace("3", "-3"), "plain digits"),
    (CREDIT, CREDIT.replace("3", "'3'"), "`value` must be a whole number"),
    (CREDIT, CREDIT.replace("3", "3.0"), "`3.0` is a float"),
    (CREDIT, CREDIT.replace("value: 3", "days: 3"), "`days` is not known here"),
    (CREDIT, CREDIT.replace("3", "999999999999"), "more than 9 digits"),
    (CREDIT, CREDIT.replace("3", "3661"), "outside 0 to 3660"),
    (CREDIT + "\n  source", CREDIT + "\n  origin", "`origin` is not known here"),
    (
        "grace_days_after_conversion:\n  value: 30",
        "grace_days_after_conversion: 30\nx:\n  y: 1",
        "`x` is not known here",
    ),
    (
        '  source: "own rule: nobody is cut on a reading older than two days"',
        '  source: " "',
        "`source` is empty",
    ),
    ("no_disconnection:\n", "disconnection:\n", "`disconnection` is not known here"),
    ('from: "18:00"', "from: 18:00", "`from` must be a time in quotes"),
    ('from: "18:00"', 'from: "24:00"', "`from` must be a time"),
    ('from: "18:00"', 'from: "18:00+05:30"', "`from` must be a time"),
    ('until: "08:00"', 'until: "8"', "`until` must be a time"),
    ('    until: "08:00"\n', "", "`until` is missing"),
    ('until: "08:00"', 'until: "19:00"', "window must run over midnight"),
    ('until: "08:00"', 'until: "18:00"', "window must run over midnight"),
    ("values: [sunday]", "values: [someday]", "`values` names someday"),
    ("values: [sunday]", "values: [sunday, sunday]", "names each once"),
    ("values: [sunday]", "values: sunday", "`values` must be a list"),
    ("    value: false\n", '    value: "false"\n', "`value` must be true or false"),
    ("    value: false\n", "    value: no\n", "`value` must be true or false"),
    ("    value: false\n", "", "`value` is missing"),
    ("      2025-10-02: Gandhi", "      2nd October: Gandhi", "must be a day"),
    ("      2025-10-20: Diwali", "      2025-10-02: Diwali", "`2025-10-02` stands twice"),
    ("    days:\n", "    list:\n", "`list` is not known here"),
]


@pytest.mark.parametrize(("old", "new", "why"), REFUSED)
def test_a_file_is_refused_by_its_name_line_and_key(old, new, why):
    with pytest.raises(FileError, match=r"^some\.yaml, line \d+: ") as refusal:
        read_policy(changed(old, new), where="some.yaml")
    assert why in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["", "- a list", "7", "policy: [", "policy: !!python/object:os.system x"]
)
def test_what_is_no_policy_at_all_is_refused_too(text):
    with pytest.raises(FileError, match=r"^some\.yaml, line \d+: "):
        read_policy(text, where="some.yaml")


def test_no_key_of_the_file_can_be_left_out():
    lines = TEXT.splitlines()
    needed = [n for n, line in enumerate(lines) if re.match(r"(  )?\w+:", line)]
    spared = {"name", "en", "hi", "source", "of", "days"}
    taken = 0
    for number in needed:
        key = lines[number].split(":")[0].strip()
        if key in spared or key in ("value", "values"):
            continue
        renamed = lines[number].replace(f"{key}:", f"{key}_:", 1)
        text = "\n".join([*lines[:number], renamed, *lines[number + 1 :]])
        with pytest.raises(FileError, match=key):
            read_policy(text, where="some.yaml")
        taken += 1
    assert taken >= 12

"""Each house rule catches its bad lines and lets its good ones pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import house_rules


@pytest.mark.parametrize("rule", house_rules.RULES, ids=lambda rule: rule.name)
def test_a_rule_knows_good_lines_from_bad(rule: house_rules.Rule) -> None:
    assert rule.good
    assert rule.bad
    assert [line for line in rule.good if rule.is_broken_by(line)] == []
    assert [line for line in rule.bad if not rule.is_broken_by(line)] == []


def test_a_fault_names_file_line_rule_and_what_to_do() -> None:
    text = "import datetime\nnow = datetime.datetime.now(UTC)\n"
    assert list(house_rules.faults_in("src/bijlighar/supply/service.py", text)) == [
        "src/bijlighar/supply/service.py:2: only the clock asks the time: "
        "take `now` as an argument; at the edge call bijlighar.clock"
    ]


def test_the_clock_itself_may_ask() -> None:
    text = "now = datetime.now(UTC)\n"
    assert list(house_rules.faults_in("src/bijlighar/clock/clock.py", text)) == []


def test_migrations_may_look_models_up_by_name() -> None:
    text = 'Entry = apps.get_model("ledger", "Entry")\n'
    path = "src/bijlighar/ledger/migrations/0002_fill_heads.py"
    assert list(house_rules.faults_in(path, text)) == []


@pytest.mark.parametrize("stem", sorted(house_rules.FORBIDDEN_STEMS))
def test_a_file_is_named_after_what_it_knows(stem: str) -> None:
    assert list(house_rules.faults_in(f"src/bijlighar/ledger/{stem}.py", ""))


@pytest.mark.parametrize("name", ["0002_auto_20260403.py", "0003_merge_20260403.py"])
def test_a_migration_says_what_it_does(name: str) -> None:
    assert list(house_rules.faults_in(f"src/bijlighar/ledger/migrations/{name}", ""))


def test_a_long_file_is_split() -> None:
    path = "src/bijlighar/ledger/service.py"
    assert list(house_rules.faults_in(path, "x = 1\n" * 501))
    assert not list(house_rules.faults_in(path, "x = 1\n" * 500))


def test_lock_files_name_packages_and_no_places() -> None:
    root = Path(house_rules.ROOT)
    locks = [*root.glob("*.lock"), root / "package-lock.json"]
    assert len(locks) == 6
    for lock in locks:
        assert list(house_rules.faults_in(lock.name, lock.read_text())) == []


def test_the_development_lock_repeats_the_runtime_lock() -> None:
    def pins(name: str) -> set[str]:
        lines = (house_rules.ROOT / name).read_text().splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line}

    assert pins("requirements.lock") < pins("requirements-dev.lock")

"""`bijlighar tariffs`: run as a person runs it, without a database and without Django."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bijlighar.run.cli import main
from bijlighar.tariffs.asking import FIELDS
from bijlighar.tariffs.checking import packaged_files

BILL = {
    "category": "LMV-1.10B",
    "day": "2026-06-03",
    "units_kwh": 250,
    "sanctioned_load_kw": 2,
    "recorded_md_kw": 2,
    "days": 30,
    "fppas_pct": 10,
}


def run(*arguments: str, given: str | bytes = "", code: int = 0) -> str:
    done = CliRunner().invoke(main, ["tariffs", *arguments], input=given)
    assert done.exit_code == code, done.output
    return done.stdout


def told(output: str) -> list[dict]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def order(tmp_path: Path) -> Path:
    """A copy of a shipped order under another category, to be spoilt."""
    shipped = next(
        path for path in packaged_files() if path.stem == "lmv-1-urban-2026-07-02"
    )
    text = shipped.read_text("utf-8").replace("LMV-1.10", "MY-1.10")
    path = tmp_path / "my-order.yaml"
    path.write_text(text, "utf-8")
    return path


def spoil(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for was, now in changes:
        assert was in text
        text = text.replace(was, now)
    path.write_text(text, "utf-8")


class TestPrice:
    def test_one_object_is_answered_by_one_line(self):
        (answer,) = told(run("price", given=json.dumps(BILL)))
        assert answer["bill_rounded_rupees"] == "1900.00"
        assert len(answer["lines"]) == 7

    def test_one_object_may_go_over_many_lines(self):
        (answer,) = told(run("price", given=json.dumps(BILL, indent=2)))
        assert answer["total"] == "1899.98"

    def test_each_line_of_a_stream_is_answered_in_its_place(self):
        lines = [json.dumps({**BILL, "units_kwh": units}) for units in (0, 150, 250)]
        answers = told(run("price", "--totals", given="\n".join(lines) + "\n\n"))
        assert [one["net_energy"] for one in answers] == ["0.00", "825.00", "1425.00"]
        assert all(one["lines"] == [] for one in answers)

    def test_a_wrong_line_is_told_and_the_others_are_priced(self):
        lines = ["{", json.dumps(BILL), '{"x": 1}', "", json.dumps({**BILL, "days": 0})]
        answers = told(run("price", given="\n".join(lines), code=1))
        assert [one.get("line") for one in answers] == [1, None, 3, 5]
        assert answers[0]["error"]["field"] == ""
        assert answers[2]["error"]["field"] == "x"
        assert answers[3]["error"] == {"field": "days", "message": "is 0, outside 1 to 92"}

    def test_more_than_a_batch_keeps_its_order(self):
        lines = [json.dumps({**BILL, "units_kwh": index % 7}) for index in range(5_100)]
        answers = told(run("price", "--totals", given="\n".join(lines)))
        used = [one["net_energy"] for one in answers]
        assert used == [f"{index % 7 * 5.5:.2f}" for index in range(5_100)]

    def test_a_slip_is_read_in_either_language(self):
        english = run("price", "--explain", "en", given=json.dumps(BILL))
        assert "Energy above 150 units this month" in english
        assert "₹1,900.00" in english
        hindi = run("price", "--explain", "hi", given=json.dumps(BILL))
        assert "सरकारी सब्सिडी" in hindi
        assert "₹1,900.00" in hindi

    def test_a_slip_tells_what_is_wrong_in_words(self):
        assert "line 1: x: is not a field" in run(
            "price", "--explain", "en", given='{"x": 1}', code=1
        )

    def test_nothing_to_price_is_told(self):
        run("price", given=" \n", code=2)

    def test_bytes_that_are_no_text_are_told(self):
        (answer,) = told(run("price", given=b"\xff\xfe\xfd", code=1))
        assert "not JSON" in answer["error"]["message"]

    def test_a_day_to_come_needs_leave(self):
        later = json.dumps({**BILL, "day": "2091-01-01"})
        (answer,) = told(run("price", given=later, code=1))
        assert answer["error"]["field"] == "day"
        (answer,) = told(run("price", "--allow-future", given=later))
        assert answer["day"] == "2091-01-01"

    def test_an_order_that_is_not_shipped_prices_alone(self, order):
        mine = json.dumps({**BILL, "category": "MY-1.10B", "day": "2026-08-03"})
        (answer,) = told(run("price", "--order", str(order), given=mine))
        assert answer["total_paise"] > 0
        (answer,) = told(
            run("price", "--order", str(order), given=json.dumps(BILL), code=1)
        )
        assert answer["error"]["field"] == "category"

    def test_a_faulty_order_is_refused_in_one_sentence(self, order):
        spoil(order, ('share: "0.05"', "share: 0.05"))
        done = CliRunner().invoke(
            main, ["tariffs", "price", "--order", str(order)], input=json.dumps(BILL)
        )
        assert done.exit_code == 1
        assert "is a float; put the number in quotes" in done.stderr

    def test_help_lists_every_field(self):
        said = run("price", "--help")
        assert all(f"  {field} " in said for field in FIELDS)


class TestList:
    def test_names_every_category_with_order_and_file(self):
        said = run("list")
        assert "LMV-1.10B" in said
        assert "शहरी घरेलू" in said
        assert "up/lmv-1-urban-2026-07-02.yaml" in said

    def test_is_narrowed_by_state_and_day(self):
        rows = json.loads(run("list", "--state", "up", "--on", "2026-06-01", "--json"))
        assert {row["state"] for row in rows} == {"UP"}
        urban = [row for row in rows if row["category"] == "LMV-1.10B"]
        assert [row["file"] for row in urban] == ["up/lmv-1-urban-2024-10-01.yaml"]
        assert urban[0]["lowest_confidence"] == "low"


class TestShow:
    def test_a_category_is_a_card_of_the_order_on_a_day(self):
        said = run("show", "lmv-1.10b", "--on", "2026-06-01")
        assert "₹110/kW a month" in said
        assert "+10%" in said
        assert "until 2026-07-02" in said

    def test_an_order_file_shows_all_its_schedules(self):
        cards = json.loads(run("show", "lmv-1-urban-2026-07-02", "--json"))
        assert [card["category"] for card in cards] == ["LMV-1.10A", "LMV-1.10B"]
        assert all(row["source"] for card in cards for row in card["rows"])

    def test_every_shipped_category_has_a_card(self):
        for row in json.loads(run("list", "--json")):
            said = run("show", row["category"], "--on", row["in_force_from"])
            assert row["category"] in said

    def test_an_unknown_name_is_told_what_was_meant(self):
        done = CliRunner().invoke(main, ["tariffs", "show", "LMV-1.10C"])
        assert done.exit_code == 1
        assert "Did you mean LMV-1.10B or LMV-1.10A" in done.stderr

    def test_a_category_without_an_order_on_the_day_is_told(self):
        done = CliRunner().invoke(
            main, ["tariffs", "show", "LMV-1.10B", "--on", "2001-01-01"]
        )
        assert done.exit_code == 1
        assert "No order is known" in done.stderr


class TestCheck:
    def test_the_shipped_files_are_without_a_finding(self):
        assert "nothing wrong" in run("check")

    def test_a_good_new_order_is_without_a_finding(self, order):
        assert run("check", str(order)) == "1 file, nothing wrong.\n"

    def test_a_copy_of_a_shipped_file_is_no_second_order(self, tmp_path):
        shipped = next(path for path in packaged_files() if "fppas" not in path.name)
        copy = tmp_path / "copy.yaml"
        copy.write_bytes(shipped.read_bytes())
        run("check", str(copy))
        run("check", str(shipped))

    def test_every_finding_is_listed_with_file_and_line(self, order):
        lines = order.read_text("utf-8").splitlines()
        spoil(
            order,
            ('rupees_per_kw_month: "50"', "rupees_per_kw_month: 50.0"),
            ('rupees_per_kw_month: "110"', 'rupees_per_kw_month: "-1"'),
            ("discom: ", "discoms: "),
        )
        found = run("check", str(order), code=1).splitlines()
        assert all(line.startswith(f"{order}:") for line in found)
        at = lines.index('      rupees_per_kw_month: "50"') + 1
        assert f"{order}:{at}: `50.0` is a float; put the number in quotes" in found

    def test_one_wrong_schedule_does_not_hide_the_next(self, order):
        spoil(
            order,
            ('rupees_per_kw_month: "50"', 'rupees_per_kw_month: "-50"'),
            ('rupees_per_kw_month: "110"', 'rupees_per_kw_month: "-110"'),
        )
        found = run("check", str(order), code=1)
        assert "is -50, outside" in found
        assert "is -110, outside" in found
        assert len(found.splitlines()) == 2

    def test_an_overlap_with_a_shipped_order_is_found(self, order):
        spoil(order, ("MY-1.10", "LMV-1.10"), ("2026-07-02", "2026-08-02"))
        found = run("check", str(order), code=1)
        assert "another order in force on this day" in found
        assert "lmv-1-urban-2026-07-02.yaml" in found

    def test_two_new_orders_that_overlap_are_found(self, order, tmp_path):
        other = tmp_path / "other.yaml"
        other.write_text(order.read_text("utf-8") + "\n", "utf-8")
        found = run("check", str(order), str(other), code=1)
        assert found.startswith(f"{other}:")

    def test_a_series_that_nobody_has_is_found_and_one_beside_it_helps(
        self, order, tmp_path
    ):
        spoil(order, ("series: up/fppas", "series: my/fppas"))
        assert "the FPPAS series `my/fppas` is unknown" in run("check", str(order), code=1)
        shipped = next(path for path in packaged_files() if path.name == "fppas.yaml")
        series = tmp_path / "fppas-mine.yaml"
        name = shipped.parent.name
        series.write_text(
            shipped.read_text("utf-8").replace(f"series: {name}/", "series: my/"), "utf-8"
        )
        run("check", str(series), str(order))

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "the file is empty"),
            (b"a: [", "not YAML"),
            (b"\xff\xfe", "not UTF-8"),
            (b"[]", "a table of keys and values"),
        ],
    )
    def test_what_is_no_order_at_all_is_told(self, order, content, said):
        order.write_bytes(content)
        assert said in run("check", str(order), code=1)

    def test_a_file_that_is_not_there_is_told(self, tmp_path):
        missing = tmp_path / "none.yaml"
        assert f"{missing}:1: No such file" in run("check", str(missing), code=1)

    def test_a_series_with_a_gap_is_found(self, tmp_path):
        shipped = next(path for path in packaged_files() if path.name == "fppas.yaml")
        series = tmp_path / "fppas.yaml"
        text = shipped.read_text("utf-8")
        series.write_text(text.replace("until: 20", "until: 19", 1), "utf-8")
        assert f"{series}:" in run("check", str(series), code=1)


def test_the_commands_load_no_django_and_answer_at_once():
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from bijlighar.run.cli import main\n"
        "done = CliRunner().invoke(main, ['tariffs', 'list'])\n"
        "assert done.exit_code == 0, done.output\n"
        "print('django' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"

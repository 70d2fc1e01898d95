"""What a file says that cannot all hold at once is refused, with file, line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

import bijlighar.tariffs.values
from bijlighar.tariffs.checking import check_files
from bijlighar.tariffs.orders import FileError, catalogue, load_order
from bijlighar.tariffs.succession import check_gaps, check_together

from .order_texts import HEADER, HOMES, ORDER, SHOPS
from .test_loading import line_of

PACKAGED = Path(bijlighar.tariffs.values.__file__).parent / "orders"
SAID = "source: s, confidence: low}"


def refused(text: str, at: str, reason: str, tmp_path: Path) -> None:
    """Loading it names the line on which `at` starts; checking it finds the same."""
    file = tmp_path / "bad.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(FileError) as caught:
        load_order(file)
    assert reason in caught.value.reason
    assert str(caught.value).startswith(f"bad.yaml, line {line_of(text, at)}: ")
    found = check_files([file])
    assert (str(file), caught.value.reason) in {(one.file, one.reason) for one in found}


def following(starts: str, **more: str) -> str:
    """The order that comes after `ORDER`, which ends on 1 April 2026."""
    text = ORDER.replace("2026-04-01", "null").replace("2025-04-01", starts)
    for key, value in more.items():
        text = text.replace("schedules:\n", f"{key}: {value}\nschedules:\n")
    return text


class TestDaysBetweenTwoOrders:
    def test_are_refused(self):
        first, second = load_order(ORDER), load_order(following("2026-04-13"))
        check_together([first, second])
        with pytest.raises(FileError) as caught:
            check_gaps([second, first])
        assert str(caught.value) == (
            "(text), line 4: no order of EX-1 is in force from 2026-04-01 on, when (text)"
            " ends: end that later, or say why in `after_a_gap`"
        )

    def test_are_taken_where_the_later_order_says_why(self):
        why = '"the order between was never published"'
        said = load_order(following("2026-04-13", after_a_gap=why))
        check_gaps([load_order(ORDER), said])
        assert said.after_a_gap == "the order between was never published"
        with pytest.raises(FileError, match="`after_a_gap` is empty"):
            load_order(following("2026-04-13", after_a_gap='" "'))

    def test_are_not_there_where_one_follows_or_none_does_or_in_another_state(self):
        first = load_order(ORDER)
        elsewhere = following("2026-04-13").replace("state: EX", "state: EY")
        check_gaps([first])
        check_gaps([first, load_order(elsewhere)])
        check_gaps([first, load_order(following("2026-04-01"))])
        check_gaps(catalogue())

    def test_are_those_of_a_category_that_an_order_leaves_out(self):
        header = HEADER.replace("2026-04-01", "2027-04-01")
        homes_alone = load_order(header.replace("2025-04-01", "2026-04-01") + HOMES)
        all_after = load_order(following("2027-04-01"))
        check_gaps([load_order(ORDER), homes_alone])
        with pytest.raises(FileError, match="no order of EX-2 is in force from 2026-04"):
            check_gaps([load_order(ORDER), homes_alone, all_after])

    def test_are_found_by_checking_files(self, tmp_path):
        files = []
        for name, was, now in (
            ("lmv-1-urban-2024-10-01.yaml", "2026-07-02\n", "2026-07-02\n"),
            ("lmv-1-urban-2026-07-02.yaml", "2026-07-02\n", "2026-07-03\n"),
        ):
            text = (PACKAGED / "up" / name).read_text("utf-8").replace("LMV-1", "LMV-9")
            file = tmp_path / name
            file.write_text(text.replace(was, now, 1), "utf-8")
            files.append(file)
        (found,) = check_files(files)
        at = line_of(files[1].read_text("utf-8"), "in_force_from")
        assert str(found).startswith(f"{files[1]}:{at}: no order of LMV-9.10A is in force")
        assert check_files(files[:1]) == []


class TestLoadsBetweenTwoSchedules:
    @pytest.mark.parametrize("above", ["11", "10.001"])
    def test_are_refused(self, above, tmp_path):
        load = f'above_kw: "{above}"'
        more = HOMES.replace('above_kw: "0.5", upto_kw: "10"', load)
        text = HEADER + HOMES + more
        file = tmp_path / "bad.yaml"
        file.write_text(text, "utf-8")
        with pytest.raises(FileError) as caught:
            load_order(file)
        assert caught.value.reason == (
            f"a gap: nothing is said of EX-1 above 10 kW and up to {above} kW"
        )
        assert caught.value.line == line_of(text, load)

    def test_are_not_there_where_one_begins_as_the_other_ends(self):
        more = HOMES.replace('above_kw: "0.5", upto_kw: "10"', 'above_kw: "10"')
        for text in (HOMES + more, more + HOMES):
            assert len(load_order(HEADER + text).schedules) == 2


class TestWithinFreeUnits:
    @pytest.mark.parametrize("key", ["fppas", "duty", "rebates"])
    def test_nothing_is_asked_or_given(self, key, tmp_path):
        before, key_line, after = HOMES.partition(f"    {key}:\n")
        text = before + key_line + after.replace("chargeable_units", "all_units", 1)
        at = after.partition("\n")[0].strip()
        reason = f"`{key}` counts all units, but within `free_units` nothing is to be paid"
        refused(HEADER + text, at, reason, tmp_path)

    def test_no_minimum_is_asked(self, tmp_path):
        minimum = f'minimum: {{rupees_per_kw_month: "40", of: [energy], {SAID}'
        text = f"{HEADER}{HOMES}    {minimum}\n"
        refused(text, minimum, "a `minimum` and `free_units`, within which", tmp_path)


class TestASchemesAmount:
    def test_is_taken_off_once(self, tmp_path):
        text = HEADER + HOMES.replace("of: [energy, fppas]", "of: [energy, scheme]")
        refused(text, 'share: "0.09"', "`duty` takes `scheme` off twice", tmp_path)

    def test_is_of_the_energy_of_its_units(self, tmp_path):
        text = HEADER + SHOPS.replace("of: [energy, fixed]", "of: [fixed]")
        at = "upto_kwh: 150\n      first"
        refused(text, at, "of the first units, so `of` must have `energy`", tmp_path)


class TestWhatAUnitIsGiven:
    """Homes pay 4.27, less a fifth in solar hours 3.416, and are given 25 paise back."""

    WHOLE = next(line for line in HOMES.splitlines() if '"1", source: "p. 2"' in line)

    def homes(self, *slabs: tuple[int, int | str, str]) -> str:
        lines = [
            f"      - {{above_kwh: {above}, upto_kwh: {upto}, "
            f'rupees_per_kwh: "{rupees}", {SAID}'
            for above, upto, rupees in slabs
        ]
        return HEADER + HOMES.replace(self.WHOLE, "\n".join(lines))

    @pytest.mark.parametrize("subsidy", ["3.167", "6.00"])
    def test_is_no_more_than_it_costs(self, subsidy, tmp_path):
        load_order(self.homes((0, "null", "3.166")))
        given = {"3.167": "3.417", "6.00": "6.25"}[subsidy]
        reason = f"a unit is given ₹{given} and costs only ₹3.416"
        text = self.homes((0, "null", subsidy))
        refused(
            text,
            f'- {{above_kwh: 0, upto_kwh: null, rupees_per_kwh: "{subsidy}"',
            reason,
            tmp_path,
        )

    def test_is_laid_beside_the_rates_that_a_slab_meets(self, tmp_path):
        """From 50 units on they pay 5.23, less a fifth 4.184."""
        load_order(self.homes((0, 50, "3"), (50, "null", "3.90")))
        text = self.homes((0, 49, "3"), (49, "null", "3.90"))
        refused(text, "- {above_kwh: 49", "given ₹4.15 and costs only ₹3.416", tmp_path)

    def test_is_laid_beside_the_ladders_that_reach_it(self, tmp_path):
        """Shops of up to 50 units pay 6.80, others 8.30; what begins at 50 is theirs."""
        slabs = (
            "    subsidy:\n"
            f'      - {{above_kwh: 0, upto_kwh: 50, rupees_per_kwh: "1", {SAID}\n'
            f'      - {{above_kwh: 50, upto_kwh: null, rupees_per_kwh: "7", {SAID}\n'
            "    subsidy_funded_by: State\n"
        )
        load_order(HEADER + SHOPS + slabs)
        text = HEADER + SHOPS + slabs.replace('"1"', '"6.90"')
        at = "- {above_kwh: 0, upto_kwh: 50, rupees"
        refused(text, at, "given ₹6.90 and costs only ₹6.80", tmp_path)

    def test_counts_rebates_alone(self, tmp_path):
        rebate = f'- {{rupees_per_kwh: "6.90", when: always, {SAID}'
        text = f"{HEADER}{SHOPS}    rebates:\n      {rebate}\n"
        refused(text, rebate, "a unit is given ₹6.90 and costs only ₹6.80", tmp_path)

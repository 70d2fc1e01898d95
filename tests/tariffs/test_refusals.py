"""Files that are damaged or leave a day out are refused with file, line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

import bijlighar.tariffs.values
from bijlighar.tariffs import orders
from bijlighar.tariffs.checking import check_files
from bijlighar.tariffs.orders import FileError, load_order
from bijlighar.tariffs.series import load_fppas

ORDERS = Path(bijlighar.tariffs.values.__file__).parent / "orders"
SHOP = (ORDERS / "up/lmv-2-2024-10-01.yaml").read_text("utf-8")
HOME = (ORDERS / "mp/lv-1-2026-04-13.yaml").read_text("utf-8")
SERIES = (ORDERS / "up/fppas.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("was", "now", "reason"),
    [
        ("  - from: null", "  - from: 2020-01-01", "the first `from` must be null"),
        ("    until: null", "    until: 2036-10-01", "the last `until` must be null"),
    ],
)
def test_a_series_that_leaves_days_out_is_refused(was, now, reason):
    assert SERIES.count(was) == 1
    with pytest.raises(FileError, match=reason):
        load_fppas(SERIES.replace(was, now))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("discom: a\nstate: \x07\n", r"line 2: not YAML"),
        ("discom: &x [*x]\n", "line 1: nested too deeply"),
        ("discom: " + "[" * 3000 + "]" * 3000, "line 1: nested too deeply"),
        (
            HOME.replace("no_disconnection_days: 3", "no_disconnection_days: 63"),
            "`no_disconnection_days` is 63, outside 0 to 62",
        ),
        (
            SHOP.replace("excused_days: 0", "excused_days: " + "9" * 5000),
            "`excused_days` has more than 9 digits",
        ),
    ],
)
def test_damaged_text_is_refused(text, reason):
    with pytest.raises(FileError, match=reason):
        load_order(text)


def test_another_encoding_is_refused(tmp_path):
    file = tmp_path / "latin.yaml"
    file.write_bytes("discom: a\nstate: é\n".encode("latin-1"))
    with pytest.raises(FileError, match=r"latin\.yaml, line 2: not UTF-8"):
        load_order(file)


def test_a_fifth_window_is_refused_and_a_fourth_taken():
    windows = [
        f'      - {{from: "0{hour}:00", until: "0{hour + 1}:00", share: "-0.1", '
        "source: s, confidence: low}\n"
        for hour in range(5)
    ]
    plain = SHOP.rstrip() + "\n    time_of_day:\n"
    load_order(plain + "".join(windows[:4]))
    with pytest.raises(FileError, match=r"line \d+: more than 4 windows"):
        load_order(plain + "".join(windows))


@pytest.mark.parametrize("content", [b"a: &x [*x]\n", b"a: \xe9\n", b"a: \x07\n"])
def test_checking_damaged_files_names_them(tmp_path, content):
    file = tmp_path / "damaged.yaml"
    file.write_bytes(content)
    assert {finding.file for finding in check_files([file])} == {str(file)}


def test_two_files_of_one_series_are_refused(monkeypatch):
    packaged = list(orders._packaged())
    (series,) = [text for name, text in packaged if name == "up/fppas.yaml"]
    twice = [*packaged, ("up/second-fppas.yaml", series)]
    monkeypatch.setattr(orders, "_packaged", lambda: iter(twice))
    monkeypatch.setattr(orders, "_is_series", lambda name: name.endswith("fppas.yaml"))
    orders.fppas_catalogue.cache_clear()
    try:
        with pytest.raises(FileError, match="another file has a series called"):
            orders.fppas_catalogue()
    finally:
        monkeypatch.undo()
        orders.fppas_catalogue.cache_clear()


@pytest.mark.parametrize("depth", [600, 950, 1_200])
def test_checking_names_what_is_nested_too_deeply(tmp_path, depth):
    """Between what the quick reader takes and what Python takes, too."""
    file = tmp_path / "deep.yaml"
    file.write_text("discom: " + "[" * depth + "]" * depth)
    assert check_files([file])

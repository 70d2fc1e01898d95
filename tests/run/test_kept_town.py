"""A town's folder remembers how it was begun, and says so when it is begun otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from bijlighar.run.live_demo import AnotherTown, LiveDemo, kept_settings

WANTED = {
    "port": 8000,
    "homes": 60,
    "seed": 7,
    "speed": None,
    "data_start": date(2019, 10, 5),
}


def test_a_town_goes_on_with_what_it_was_begun_with(tmp_path):
    demo = LiveDemo(folder=tmp_path, **WANTED)
    begun = kept_settings(demo, tmp_path / "town.json")
    assert kept_settings(demo, tmp_path / "town.json") == begun
    assert begun["meters"].startswith("127.")


def test_other_settings_are_refused_in_words(tmp_path):
    demo = LiveDemo(folder=tmp_path, **WANTED)
    kept_settings(demo, tmp_path / "town.json")
    with pytest.raises(AnotherTown, match="was begun with homes 60, seed 7"):
        kept_settings(replace(demo, homes=20), tmp_path / "town.json")


def test_a_town_from_before_the_discom_is_refused_with_a_way_out(tmp_path):
    demo = LiveDemo(folder=tmp_path, **WANTED)
    file = tmp_path / "town.json"
    kept_settings(demo, file)
    held = json.loads(file.read_text())
    del held["form"]
    file.write_text(json.dumps(held))
    with pytest.raises(AnotherTown, match="choose another folder with --data"):
        kept_settings(demo, file)

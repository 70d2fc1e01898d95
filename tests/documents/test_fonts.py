"""The fonts of print hold every letter that a bill may hold, and what shapes Hindi."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from bijlighar.documents import fonts
from bijlighar.documents.plain_text import PRINTABLE
from tools import fonts as making

SHAPING = {"akhn", "rphf", "rkrf", "blwf", "half", "cjct", "pres", "haln", "abvm", "blwm"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fonts")
    making.write_for_print(npm_package=making.ROOT / making.NPM_PACKAGE, folder=folder)
    return folder


def features_of(font: TTFont) -> set[str]:
    return {
        record.FeatureTag
        for table in ("GSUB", "GPOS")
        for record in font[table].table.FeatureList.FeatureRecord
    }


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_every_printable_letter_is_in_one_font(made: Path, weight: int) -> None:
    font = TTFont(made / f"mukta-{weight}.ttf")
    assert {chr(code) for code in font.getBestCmap()} >= PRINTABLE
    assert features_of(font) >= SHAPING | {"kern", "tnum"}
    assert font["OS/2"].usWeightClass == weight


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_no_letter_is_wider_than_the_page_takes_for_granted(
    made: Path, weight: int
) -> None:
    font = TTFont(made / f"mukta-{weight}.ttf")
    widths, letters = font["hmtx"], font.getBestCmap()
    for letter in PRINTABLE:
        assert widths[letters[ord(letter)]][0] <= 970 * len(letter.encode())


def test_they_are_made_the_same_every_time_and_carry_their_licence(
    made: Path, tmp_path: Path
) -> None:
    making.write_for_print(npm_package=making.ROOT / making.NPM_PACKAGE, folder=tmp_path)
    assert len(list(made.glob("*.ttf"))) == len(fonts.WEIGHTS)
    for path in made.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    assert "SIL OPEN FONT LICENSE" in (made / "LICENSE").read_text()


def test_set_up_makes_them_where_they_are_looked_for() -> None:
    assert fonts.FOLDER.name == making.MADE_FOR_PRINT.name
    assert fonts.fonts_in(fonts.FOLDER).families() == [fonts.FAMILY]

"""The fonts are cut down without losing a letter or a conjunct that the screens show."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from tools import fonts, messages

NPM_PACKAGE = fonts.ROOT / fonts.NPM_PACKAGE
CASES = [(script, weight) for script in fonts.SHOWN for weight in fonts.WEIGHTS]
pytestmark = pytest.mark.skipif(not NPM_PACKAGE.exists(), reason="needs the npm packages")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fonts")
    fonts.write(npm_package=NPM_PACKAGE, folder=folder)
    return folder


def whole(script: str, weight: int) -> TTFont:
    return TTFont(NPM_PACKAGE / "files" / fonts.file_name(script, weight))


def cut(made: Path, script: str, weight: int) -> TTFont:
    return TTFont(made / fonts.file_name(script, weight))


def features_of(font: TTFont) -> set[str]:
    return {
        record.FeatureTag
        for table in ("GSUB", "GPOS")
        for record in font[table].table.FeatureList.FeatureRecord
    }


def written(font: TTFont) -> set[str]:
    return {rule.text for rule in fonts.linear_conjuncts(font)}


def test_a_phone_loads_both_scripts_in_both_weights_for_110_kb(made: Path) -> None:
    assert sum(path.stat().st_size for path in made.glob("*.woff2")) < 110_000
    assert len(list(made.glob("*.woff2"))) == 4
    assert "SIL OPEN FONT LICENSE" in (made / "LICENSE").read_text()


@pytest.mark.parametrize(("script", "weight"), CASES)
def test_every_letter_that_the_package_draws_is_left(
    made: Path, script: str, weight: int
) -> None:
    drawn = set(whole(script, weight).getBestCmap()) | {fonts.RUPEE}
    assert set(cut(made, script, weight).getBestCmap()) == fonts.SHOWN[script] & drawn
    assert fonts.SHOWN[script] - drawn <= {0x0978}


@pytest.mark.parametrize(("script", "weight"), CASES)
def test_lines_stay_as_high_and_letters_as_wide(
    made: Path, script: str, weight: int
) -> None:
    before, after = whole(script, weight), cut(made, script, weight)
    for name in ("ascent", "descent", "lineGap"):
        assert getattr(after["hhea"], name) == getattr(before["hhea"], name)
    widths = before["hmtx"], after["hmtx"]
    letters = before.getBestCmap(), after.getBestCmap()
    for code in letters[0].keys() & letters[1].keys():
        assert widths[0][letters[0][code]] == widths[1][letters[1][code]]
    assert "fpgm" not in after


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_only_the_kerning_of_devanagari_is_given_up(made: Path, weight: int) -> None:
    before, after = whole("devanagari", weight), cut(made, "devanagari", weight)
    assert features_of(before) - features_of(after) == {"kern"}


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_every_conjunct_of_our_own_sentences_keeps_its_drawing(
    made: Path, weight: int
) -> None:
    hindi = messages.read(messages.ROOT / messages.HINDI)
    text = unicodedata.normalize("NFC", str([message.string for message in hindi]))
    before = written(whole("devanagari", weight))
    after = written(cut(made, "devanagari", weight))
    assert after == before & fonts.DRAWN
    assert {conjunct for conjunct in before if conjunct in text} <= after
    assert {"स्त", "न्ह", "क्य", "ष्ट", "स्त्र"} <= after


def test_no_conjunct_is_named_that_the_font_does_not_draw() -> None:
    assert written(whole("devanagari", 400)) >= fonts.DRAWN


@pytest.mark.parametrize("script", fonts.SHOWN)
def test_the_style_sheet_names_the_ranges_that_are_left(script: str) -> None:
    style = fonts.ROOT / "src/bijlighar/web/static/web/css/fonts.css"
    faces = [face for face in style.read_text().split("@font-face") if script in face]
    assert len(faces) == len(fonts.WEIGHTS)
    for face in faces:
        ends = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", face)
        named = {
            code
            for first, last in ends
            for code in range(int(first, 16), int(last or first, 16) + 1)
        }
        assert named == fonts.SHOWN[script]

"""The fonts of the screens, and of print: Mukta's npm files, made into what each can use.

For the screens they are cut down to what Hindi and English need.
Four files are made, each script in two weights, and served in the place of the npm files of
the same names (`STATICFILES_DIRS` in `project/settings.py`). Cut away are hints, which
phones do not use, other languages, Devanagari's kerning (some hundredths of an em in one
word of four), and drawings of their own for conjuncts that Hindi hardly writes: those come
from half letter and letter, as in most fonts. What a screen may hold is `SHOWN`; the same
ranges stand in `static/web/css/fonts.css`.

For print (`bijlighar.documents`) each of two weights becomes one TrueType file with every
letter of the three npm files, since typst reads no woff2.

    tools/fonts.py        write node_modules/.bijlighar-fonts and .bijlighar-print-fonts
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
NPM_PACKAGE = Path("node_modules/@fontsource/mukta")
MADE = Path("node_modules/.bijlighar-fonts")
WEIGHTS = (400, 600)
MADE_FOR_PRINT = Path("node_modules/.bijlighar-print-fonts")
WEIGHTS_OF_PRINT = (400, 700)

RUPEE = 0x20B9
SHOWN = {
    "devanagari": {*range(0x0900, 0x0980), 0x200C, 0x200D, RUPEE, 0x25CC},
    "latin": {
        *range(0x20, 0x7F),
        *map(ord, "\N{NO-BREAK SPACE}§©«°±·»×÷\N{EN DASH}\N{EM DASH}‘’“”•…₹\N{MINUS SIGN}"),
    },
}
FEATURES = {
    # Without `abvm` and `blwm` signs miss their letters; the others make the conjuncts.
    "devanagari": (
        *("locl", "nukt", "akhn", "rphf", "rkrf", "blwf", "half", "vatu", "cjct"),
        *("pres", "abvs", "blws", "psts", "haln", "abvm", "blwm"),
    ),
    "latin": ("kern", "liga", "tnum"),
}
SCRIPTS = {
    "devanagari": ["DFLT", "dev2.dflt", "dev2.HIN ", "deva.dflt", "deva.HIN "],
    "latin": ["DFLT", "latn"],
}
CONSONANTS = frozenset(map(chr, range(0x0915, 0x093A)))
VIRAMA = "\N{DEVANAGARI SIGN VIRAMA}"
DRAWN_AFTER = {
    "क्": "क ख च ज ट त न फ म य ल व श स ष्म ष्य स्ट स्ड",
    "क़्": "त",
    "ख्": "त म य व श",
    "ख़्": "त म य व स",
    "ग्": "ग ज ध न म य ल व स",
    "घ्": "न य",
    "च्": "च छ य",
    "ज्": "ज ब म य व ज्व",
    "ज़्": "य ज़",
    "ञ्": "च ज",
    "ण्": "ट ठ ड ण य",
    "त्": "क ख त थ न प फ म य ल व स त्व प्र म्य र्य स्य",
    "थ्": "य व",
    "ध्": "य व",
    "न्": "क ग च ज ट ड त थ द ध न फ म य व स ह त्र द्र ध्र स्ट",
    "प्": "ट त न प य ल व श स",
    "फ्": "ट त फ य ल",
    "फ़्": "त ज़ फ़",
    "ब्": "ज त द ध न ब य ल व स ज़ ल्य",
    "भ्": "य",
    "म्": "त द न प फ ब भ म य ल स ह प्र ब्र",
    "य्": "य",
    "ल्": "क ख ग च ज ट ड त थ द प फ ब म य ल व श स ह ज़",
    "व्": "य ल व ह",
    "श्": "क च छ त न म य ल व क़",
    "ष्": "क ट ठ ण प फ म य क्र प्र",
    "स्": "क ख ज ट त थ न प फ ब म य ल व स क्र क्व त्र थ्य प्र",
    "ह्": "न म य ल व",
}
"""The conjuncts of half letters whose own drawings stay: a half letter and what follows.

Source: the 26,604 commonest Hindi words, as wordfreq 3.1 counts them, and the words of this
project; by hand those of पञ्च and अञ्जलि, which formal names keep.
"""
DRAWN = frozenset(
    half + rest for half, rests in DRAWN_AFTER.items() for rest in rests.split()
)


def main() -> int:
    for made, write_into in ((MADE, write), (MADE_FOR_PRINT, write_for_print)):
        folder = ROOT / made
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as held:
            whole = Path(held) / folder.name
            whole.mkdir()
            write_into(npm_package=ROOT / NPM_PACKAGE, folder=whole)
            shutil.rmtree(folder, ignore_errors=True)
            whole.rename(folder)  # at once: a folder that is there is whole
    return 0


def write(*, npm_package: Path, folder: Path) -> None:
    """Cut down the fonts of the npm package and write them, with their licence."""
    for script in SHOWN:
        for weight in WEIGHTS:
            cut(npm_package, script, weight).save(folder / file_name(script, weight))
    shutil.copy(npm_package / "LICENSE", folder)


def write_for_print(*, npm_package: Path, folder: Path) -> None:
    """Write one whole font for each weight of print, with the licence."""
    for weight in WEIGHTS_OF_PRINT:
        with tempfile.TemporaryDirectory() as held:
            parts = [Path(held) / f"{script}.ttf" for script in (*SHOWN, "latin-ext")]
            for part in parts:
                _unhinted(npm_package, part.stem, weight).save(part)
            font = Merger().merge(list(map(str, parts)))
            head = TTFont(parts[0])["head"]
        # Dated by the letters' makers, not by this machine: the same file every time.
        font["head"].created, font["head"].modified = head.created, head.modified
        font.recalcTimestamp = False
        font.save(folder / f"mukta-{weight}.ttf")
    shutil.copy(npm_package / "LICENSE", folder)


def _unhinted(npm_package: Path, script: str, weight: int) -> TTFont:
    """One npm file with all but its hints, which would clash with the other files'."""
    font = TTFont(npm_package / "files" / file_name(script, weight), recalcTimestamp=False)
    cutter = Subsetter(
        Options(
            hinting=False,
            layout_features=["*"],
            layout_scripts=["*"],
            name_IDs=["*"],
            notdef_outline=True,
        )
    )
    cutter.populate(unicodes=font.getBestCmap())
    cutter.subset(font)
    font.flavor = None
    return font


def file_name(script: str, weight: int) -> str:
    """What the npm package calls a file, and so do we."""
    return f"mukta-{script}-{weight}-normal.woff2"


def cut(npm_package: Path, script: str, weight: int) -> TTFont:
    """One font with nothing but what the screens need of it."""
    font = TTFont(npm_package / "files" / file_name(script, weight), recalcTimestamp=False)
    if script == "latin":
        other = npm_package / "files" / file_name("latin-ext", weight)
        _bring_rupee(TTFont(other), font)
    for rule in list(linear_conjuncts(font)):
        if rule.text not in DRAWN:
            rule.drop()
    options = Options(
        hinting=False,
        layout_features=list(FEATURES[script]),
        layout_scripts=SCRIPTS[script],
        name_IDs=["*"],
        notdef_outline=True,
    )
    cutter = Subsetter(options)
    cutter.populate(unicodes=SHOWN[script])
    cutter.subset(font)
    font.flavor = "woff2"
    return font


@dataclass(frozen=True, slots=True, kw_only=True)
class Conjunct:
    """A rule that joins half letters and a letter to one drawing of their own."""

    text: str
    drop: Callable[[], None]


def linear_conjuncts(font: TTFont) -> Iterator[Conjunct]:
    """Each rule whose conjunct also reads well as half letters beside a letter."""
    text_of = _texts_of_letters(font)
    for ligatures in _ligatures(font, {"pres", "cjct"}):
        for first, rules in list(ligatures.items()):
            for rule in list(rules):
                parts = [text_of.get(glyph, "") for glyph in (first, *rule.Component)]
                if _is_consonant(parts[-1]) and all(map(_is_half, parts[:-1])):
                    drop = partial(_drop, ligatures, first, rule)
                    yield Conjunct(text="".join(parts), drop=drop)


def _texts_of_letters(font: TTFont) -> dict[str, str]:
    """What letters, letters with nukta or with ra below, and half letters stand for."""
    text_of = {
        glyph: unicodedata.normalize("NFC", chr(code))
        for code, glyph in font.getBestCmap().items()
    }
    for ligatures in _ligatures(font, {"nukt", "akhn", "rkrf", "half"}):
        for first, rules in ligatures.items():
            for rule in rules:
                parts = [text_of.get(glyph) for glyph in (first, *rule.Component)]
                if all(parts):
                    text_of.setdefault(rule.LigGlyph, "".join(map(str, parts)))
    return text_of


def _ligatures(font: TTFont, features: set[str]) -> Iterator[dict[str, list[Any]]]:
    """The font's own tables of ligatures for these features, in the font's order."""
    if "GSUB" not in font:
        return
    table = font["GSUB"].table
    wanted = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag in features
        for index in record.Feature.LookupListIndex
    }
    for index in sorted(wanted):
        for part in table.LookupList.Lookup[index].SubTable:
            inner = getattr(part, "ExtSubTable", part)
            if hasattr(inner, "ligatures"):
                yield inner.ligatures


def _is_consonant(text: str) -> bool:
    return text[:1] in CONSONANTS and not text.endswith(VIRAMA)


def _is_half(text: str) -> bool:
    return text[:1] in CONSONANTS and text.endswith(VIRAMA)


def _drop(ligatures: dict[str, list[Any]], first: str, rule: Any) -> None:
    ligatures[first].remove(rule)
    if not ligatures[first]:
        del ligatures[first]


def _bring_rupee(source: TTFont, target: TTFont) -> None:
    """Put the rupee sign beside the digits, so that an amount is drawn from one file."""
    glyph = source.getBestCmap()[RUPEE]
    assert not source["glyf"][glyph].isComposite(), "the sign would come without its parts"
    target["glyf"][glyph] = source["glyf"][glyph]
    target["hmtx"][glyph] = source["hmtx"][glyph]
    for table in target["cmap"].tables:
        if table.isUnicode():
            table.cmap[RUPEE] = glyph


if __name__ == "__main__":
    sys.exit(main())

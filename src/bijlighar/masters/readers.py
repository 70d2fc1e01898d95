"""How a cell of each field is read: the words that stand for levels, languages, modes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bijlighar.masters import cells
from bijlighar.masters.cells import one_of, squeezed
from bijlighar.masters.values import Wrong

Read = Callable[[str], str]

LEVEL_WORDS: Mapping[str, tuple[str, ...]] = {
    "discom": ("discom", "company", "निगम", "कंपनी", "डिस्कॉम"),
    "zone": ("zone", "region", "क्षेत्र", "ज़ोन", "जोन"),
    "circle": ("circle", "मंडल", "वृत्त", "अंचल", "सर्किल"),
    "division": ("division", "खंड", "खण्ड", "संभाग", "प्रमंडल"),
    "subdivision": ("subdivision", "sub-division", "उपखंड", "उपखण्ड", "उपसंभाग", "अवर प्रमंडल"),
    "section": ("section", "distribution centre", "प्रशाखा", "वितरण केन्द्र", "वितरण केंद्र"),
    "substation": ("substation", "sub-station", "ss", "उपकेन्द्र", "उपकेंद्र"),
    "feeder": ("feeder", "फीडर", "फ़ीडर"),
    "transformer": (
        "transformer",
        "dt",
        "dtr",
        "distribution transformer",
        "ट्रांसफार्मर",
        "ट्रांसफॉर्मर",
        "ट्रांसफ़ॉर्मर",
    ),
}
LEVELS = tuple(LEVEL_WORDS)
"""From the top down."""


def _meaning(words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {squeezed(word): held for held, all_ in words.items() for word in all_}


_LEVELS = _meaning(LEVEL_WORDS)
_LANGUAGES = _meaning(
    {
        "hi": ("hi", "hin", "hindi", "हिन्दी", "हिंदी"),
        "en": ("en", "eng", "english", "अंग्रेज़ी", "अंग्रेजी"),
    }
)
_MODES = _meaning(
    {
        "prepaid": ("prepaid", "pre-paid", "pre", "प्रीपेड", "प्री-पेड"),
        "postpaid": ("postpaid", "post-paid", "post", "पोस्टपेड", "पोस्ट-पेड"),
    }
)


def _category(known: Mapping[str, str], cell: str) -> str:
    return one_of(known, cell, Wrong.NO_CATEGORY)


def _not_after(today: str, cell: str) -> str:
    held = cells.day(cell)
    if held > today:
        raise cells.BadCell(Wrong.DAY_AHEAD)
    return held


def readers(*, today: str, categories: Sequence[str]) -> Mapping[str, Read]:
    """How each field's cells are read; `today` as 2026-04-03."""
    until_today = partial(_not_after, today)
    known = {squeezed(category): category for category in categories}
    return {
        "discom": cells.code,
        "number": cells.number,
        "name_en": cells.text,
        "name_hi": cells.devanagari,
        "mobile": cells.mobile,
        "language": lambda cell: one_of(_LANGUAGES, cell, Wrong.NO_LANGUAGE),
        "category": partial(_category, known),
        "load": cells.load_w,
        "mode": lambda cell: one_of(_MODES, cell, Wrong.NO_MODE),
        "from_day": until_today,
        "transformer": cells.code,
        "code": cells.code,
        "kind": lambda cell: one_of(_LEVELS, cell, Wrong.NO_KIND),
        "parent": cells.code,
        "opened_on": until_today,
        "latitude": cells.latitude,
        "longitude": cells.longitude,
        "serial": cells.code,
        "title": cells.title,
        "host": cells.host,
        "port": cells.port,
        "installed_on": until_today,
        "register": cells.register_wh,
        "vendor": cells.vendor,
    }

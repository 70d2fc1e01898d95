"""Lines of a charge as a bill prints them: what, how much of it, at which rate.

Explaining says all of a line in one sentence (`Energy: 150 units × ₹6.85`); a bill has
columns for the quantity and the rate, so only what comes before the colon is its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bijlighar.bills._words import say
from bijlighar.bills.values import PrintedLine
from bijlighar.documents.values import Language
from bijlighar.tariffs.values import Line, Reason, Unit
from bijlighar.tariffs.wording import sentence

_BY_LOAD = frozenset({Reason.FIXED, Reason.EXCESS_DEMAND})
_BY_STEPS = frozenset({Reason.FIXED_STEPS})
_BY_DAYS = frozenset({Reason.FIXED_CONNECTION})
_COLON = ": "


def printed(lines: Iterable[Line], *, part: int) -> Iterator[PrintedLine]:
    """The lines of a part of a bill, without those that come to nothing."""
    for line in lines:
        if line.amount_paise:
            quantity_en, quantity_hi = (_quantity(line, language) for language in _BOTH)
            yield PrintedLine(
                part=part,
                head=line.head.value,
                text_en=_text(line, "en", quantity_en),
                text_hi=_text(line, "hi", quantity_hi),
                quantity_en=quantity_en,
                quantity_hi=quantity_hi,
                rate=_rate(line) if quantity_en else "",
                amount_paise=line.amount_paise,
                source=line.source,
                funded_by=line.funded_by,
            )


_BOTH: tuple[Language, Language] = ("en", "hi")


def _text(line: Line, language: Language, quantity: str) -> str:
    whole = sentence(line, language)
    return whole.partition(_COLON)[0] if quantity else whole


def _quantity(line: Line, language: Language) -> str:
    """How much is charged; empty where only the whole sentence says it."""
    told = line.parameters
    if _COLON not in sentence(line, language):
        return ""
    if line.reason in _BY_LOAD:
        return say("load_days", language, load=told["load"], days=told["days"])
    if line.reason in _BY_STEPS:
        return say("steps_days", language, steps=told["steps"], days=told["days"])
    if line.reason in _BY_DAYS:
        return say("days", language, days=told["days"])
    if "base" in told:
        return f"₹{told['base']}"
    if line.unit is Unit.WH and "units" in told:
        return say("units", language, units=told["units"])
    return ""


def _rate(line: Line) -> str:
    if not line.rate:
        return ""
    told = line.parameters.get("rate", line.rate)
    return f"{told}%" if "base" in line.parameters else f"₹{told}"

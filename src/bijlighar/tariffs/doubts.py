"""What is doubtful about a price: use beyond the category, values that are not certain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bijlighar.kernel.energy import format_kwh
from bijlighar.tariffs.asking import Question
from bijlighar.tariffs.values import (
    Confidence,
    DutySlab,
    FppasValue,
    Name,
    Schedule,
    Slab,
    When,
)


class Doubt(StrEnum):
    """Why a price should be looked at twice."""

    ABOVE_CATEGORY = "above_category"
    LOAD_UNSAID = "load_unsaid"
    DEMAND_ABOVE_LOAD = "demand_above_load"
    RATES_CHANGE = "rates_change"
    TIME_OF_DAY_UNSAID = "time_of_day_unsaid"
    LOW_CONFIDENCE = "low_confidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """One doubt, as a sentence in both languages."""

    code: Doubt
    text: Name


class Sourced(Protocol):
    """Any value of an order."""

    @property
    def source(self) -> str:
        """Where it is printed."""

    @property
    def confidence(self) -> Confidence:
        """How far that can be trusted."""


_ENERGY = Name(en="energy", hi="बिजली")
_TIME_OF_DAY = Name(en="time of day", hi="समय के हिसाब से दर")
_FIXED = Name(en="fixed charge", hi="फिक्स्ड चार्ज")
_LOAD = Name(en="billable load", hi="बिल का लोड")
_EXCESS = Name(en="demand above the load", hi="लोड से ज़्यादा माँग")
_SUBSIDY = Name(en="subsidy", hi="सब्सिडी")
_SCHEME = Name(en="government scheme", hi="सरकारी योजना")
_FPPAS = Name(en="fuel surcharge", hi="फ्यूल सरचार्ज")
_DUTY = Name(en="electricity duty", hi="बिजली ड्यूटी")
_REBATE = Name(en="rebate", hi="छूट")
_MINIMUM = Name(en="minimum", hi="न्यूनतम राशि")
_LIMITS = Name(en="limits of this period", hi="इस अवधि की सीमाएँ")


def warnings_of(
    *,
    question: Question,
    schedule: Schedule,
    fppas: FppasValue | None,
    changes_within: bool,
) -> tuple[Warned, ...]:
    """Every doubt about the price of a question under its schedule."""
    found = list(_about_use(question, schedule))
    if changes_within:
        found.append(
            _warned(
                Doubt.RATES_CHANGE,
                "The rates change within this period. Ask for each part by itself,"
                " with `from` and `until`.",
                "इस अवधि के बीच दरें बदलती हैं। हर हिस्से का हिसाब अलग से करें।",
            )
        )
    uncertain = dict.fromkeys(
        (what, value.source)
        for what, value in _used(question, schedule, fppas)
        if value.confidence is Confidence.LOW
    )
    found += [
        _warned(
            Doubt.LOW_CONFIDENCE,
            f"Not certain ({what.en}): {source}",
            f"पक्का नहीं ({what.hi}): {source}",
        )
        for what, source in uncertain
    ]
    return tuple(found)


def _about_use(question: Question, schedule: Schedule) -> Iterator[Warned]:
    most, load_w = schedule.eligible.upto_wh, question.sanctioned_load_w
    if most is not None and not _is_within(question, most):
        used, units = format_kwh(question.selecting_wh), most // 1000
        yield _warned(
            Doubt.ABOVE_CATEGORY,
            f"{schedule.category} is for up to {units} units a month; this is {used}.",
            f"{schedule.category} महीने में {units} यूनिट तक के लिए है; यह {used} यूनिट है।",
        )
    has_limits = schedule.eligible.above_w > 0 or schedule.eligible.upto_w is not None
    if load_w is None and has_limits:
        yield _warned(
            Doubt.LOAD_UNSAID,
            f"The load was not said; this is the tariff for {schedule.eligible.text}.",
            f"लोड नहीं बताया गया; यह दर इनके लिए है: {schedule.eligible.text}.",
        )
    if load_w is not None and question.max_demand_w > load_w:
        yield _warned(
            Doubt.DEMAND_ABOVE_LOAD,
            "The demand was above the sanctioned load.",
            "अधिकतम माँग स्वीकृत लोड से ज़्यादा रही।",
        )
    if schedule.windows and not question.windows_wh:
        clocks = ", ".join(window.clock for window in schedule.windows)
        yield _warned(
            Doubt.TIME_OF_DAY_UNSAID,
            f"Rates differ by time of day ({clocks}); none of the use is counted there.",
            f"समय के हिसाब से दर अलग है ({clocks}); इस समय का कोई इस्तेमाल नहीं गिना गया।",
        )


def _used(
    question: Question, schedule: Schedule, fppas: FppasValue | None
) -> Iterator[tuple[Name, Sourced]]:
    """The values that this use comes to, each with what it is of."""
    for ladder in schedule.energy:
        if _is_within(question, ladder.upto_wh):
            yield from _reached(_ENERGY, question, ladder.slabs)
            break
    for band in schedule.fixed:
        if _is_within(question, band.upto_wh):
            yield _FIXED, band
            break
    yield from _reached(_SUBSIDY, question, schedule.subsidy)
    yield from _reached(_DUTY, question, schedule.duty.slabs if schedule.duty else ())
    if question.windows_wh:
        yield from ((_TIME_OF_DAY, window) for window in schedule.windows)
    for rebate in schedule.rebates:
        if rebate.when is When.ALWAYS or question.is_prepaid:
            yield _REBATE, rebate
    is_month = question.slab_days == question.days_in_month
    is_above = _is_above_load(question)
    for what, value in (
        (_LIMITS, None if is_month else schedule.slab_limits),
        (_LOAD, schedule.billable_load),
        (_EXCESS, schedule.excess_demand if is_above else None),
        (_SCHEME, schedule.free_units),
        (_SCHEME, schedule.payable_cap),
        (_FPPAS, schedule.fppas),
        (_FPPAS, fppas if schedule.fppas else None),
        (_MINIMUM, schedule.minimum),
    ):
        if value is not None:
            yield what, value


def _reached(
    what: Name, question: Question, slabs: Sequence[Slab | DutySlab]
) -> Iterator[tuple[Name, Sourced]]:
    """The slabs that some of the use lies in."""
    for slab in slabs:
        if question.energy_wh * question.days_in_month > slab.above_wh * question.slab_days:
            yield what, slab


def _is_above_load(question: Question) -> bool:
    return question.max_demand_w > (question.sanctioned_load_w or question.max_demand_w)


def _is_within(question: Question, upto_wh: int | None) -> bool:
    if upto_wh is None:
        return True
    return question.selecting_wh * question.days_in_month <= upto_wh * question.slab_days


def _warned(code: Doubt, english: str, hindi: str) -> Warned:
    return Warned(code=code, text=Name(en=english, hi=hindi))

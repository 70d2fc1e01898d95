"""What heads of a bill and states are called on pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bijlighar.dashboards.values import BothLanguages, ChargeLine
from bijlighar.tariffs.values import Head, Line
from bijlighar.tariffs.wording import sentence

HEADS: Mapping[Head, Promise] = {
    Head.ENERGY: _("Energy"),
    Head.TIME_OF_DAY: _("Time of day"),
    Head.FIXED: _("Fixed charge"),
    Head.EXCESS_DEMAND: _("Demand above the load"),
    Head.SUBSIDY: _("Government subsidy"),
    Head.SCHEME: _("Government scheme"),
    Head.FPPAS: _("Fuel surcharge (FPPAS)"),
    Head.DUTY: _("Electricity duty"),
    Head.REBATE: _("Rebate"),
    Head.MINIMUM: _("Minimum charge"),
}

STATES: Mapping[str, Promise] = {
    "BR": _("Bihar"),
    "MP": _("Madhya Pradesh"),
    "UP": _("Uttar Pradesh"),
}
"""States by the code that their orders carry; another is shown by its code."""


def state_name(code: str) -> str:
    """What people call a state."""
    return str(STATES.get(code, code))


def lines_shown(lines: Sequence[Line]) -> list[ChargeLine]:
    """The lines of a price as pages show those of a charge."""
    return [
        ChargeLine(
            head=line.head.value,
            text=BothLanguages(en=sentence(line, "en"), hi=sentence(line, "hi")),
            amount_paise=line.amount_paise,
            source=line.source,
        )
        for line in lines
    ]

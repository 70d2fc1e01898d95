"""The words that orders use and charges are made of: heads, and what a rule counts."""

from __future__ import annotations

from enum import StrEnum


class Head(StrEnum):
    """What an amount is for, in the order in which people read a bill."""

    ENERGY = "energy"
    TIME_OF_DAY = "time_of_day"
    FIXED = "fixed"
    EXCESS_DEMAND = "excess_demand"
    SUBSIDY = "subsidy"
    SCHEME = "scheme"
    """A government scheme beside the subsidy per unit: free units, a capped bill."""
    FPPAS = "fppas"
    DUTY = "duty"
    REBATE = "rebate"
    MINIMUM = "minimum"


class Confidence(StrEnum):
    """How far a printed value can be trusted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class When(StrEnum):
    """Whom a relief applies to."""

    ALWAYS = "always"
    PREPAID = "prepaid"


class On(StrEnum):
    """Which units count: all of them, or those that a scheme does not pay for."""

    ALL_UNITS = "all_units"
    CHARGEABLE_UNITS = "chargeable_units"


class Measured(StrEnum):
    """Which energy and load are charged."""

    KWH = "kwh"
    KVAH = "kvah"


class Per(StrEnum):
    """What a fixed charge or a minimum is counted by."""

    KW = "kw"
    CONNECTION = "connection"
    STEP = "step"


class CliffPolicy(StrEnum):
    """What a day does on which a threshold makes the whole month dearer."""

    POST = "post"
    ACCRUE = "accrue"

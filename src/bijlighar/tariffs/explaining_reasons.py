"""Reasons: every kind of line that a charge can have."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a line stands on a charge; the key of its sentence.

    `_EXPECTED` is a threshold that the month will pass at its pace, `_BACK` one that it no
    longer passes, after a correction or because the pace has slowed.
    """

    ENERGY = "energy"
    ENERGY_ABOVE = "energy_above"
    ENERGY_MONTH_ABOVE = "energy_month_above"
    ENERGY_CORRECTED = "energy_corrected"
    ENERGY_NO_LONGER = "energy_no_longer"
    ENERGY_RERATED = "energy_rerated"
    ENERGY_RERATED_SLAB = "energy_rerated_slab"
    ENERGY_RERATED_EXPECTED = "energy_rerated_expected"
    ENERGY_RERATED_BACK = "energy_rerated_back"
    TIME_OF_DAY = "time_of_day"
    TIME_OF_DAY_DEARER = "time_of_day_dearer"
    FIXED = "fixed"
    FIXED_CONNECTION = "fixed_connection"
    FIXED_STEPS = "fixed_steps"
    FIXED_CORRECTED = "fixed_corrected"
    FIXED_LOAD_CHANGED = "fixed_load_changed"
    FIXED_STEPS_CHANGED = "fixed_steps_changed"
    FIXED_BAND_CHANGED = "fixed_band_changed"
    FIXED_BAND_EXPECTED = "fixed_band_expected"
    FIXED_BAND_BACK = "fixed_band_back"
    EXCESS_DEMAND = "excess_demand"
    EXCESS_DEMAND_CHANGED = "excess_demand_changed"
    EXCESS_DEMAND_CORRECTED = "excess_demand_corrected"
    SUBSIDY = "subsidy"
    SUBSIDY_ABOVE = "subsidy_above"
    SUBSIDY_CORRECTED = "subsidy_corrected"
    FREE_UNITS = "free_units"
    FREE_UNITS_WITHIN = "free_units_within"
    FREE_UNITS_CORRECTED = "free_units_corrected"
    FREE_UNITS_USED_UP = "free_units_used_up"
    FREE_UNITS_EXPECTED = "free_units_expected"
    FREE_UNITS_BACK = "free_units_back"
    PAYABLE_CAP = "payable_cap"
    PAYABLE_CAP_LOST = "payable_cap_lost"
    PAYABLE_CAP_EXPECTED = "payable_cap_expected"
    PAYABLE_CAP_BACK = "payable_cap_back"
    FPPAS = "fppas"
    FPPAS_REVISED = "fppas_revised"
    FPPAS_CARRIED = "fppas_carried"
    DUTY = "duty"
    DUTY_ABOVE = "duty_above"
    REBATE = "rebate"
    REBATE_PER_UNIT = "rebate_per_unit"
    PREPAID_REBATE = "prepaid_rebate"
    PREPAID_REBATE_PER_UNIT = "prepaid_rebate_per_unit"
    MINIMUM = "minimum"
    MINIMUM_LESS = "minimum_less"

"""An invented order with every rule that an order can have, and an invented series."""

HEADER = """\
discom: Example Vitaran
state: EX
order: {en: "ERC/2025/17", hi: "ERC/2025/17"}
in_force_from: 2025-04-01
in_force_until: 2026-04-01
source: "invented"
schedules:
"""

HOMES = """\
  - category: "EX-1"
    name: {en: "Domestic", hi: "घरेलू"}
    eligible: {text: "homes", above_kw: "0.5", upto_kw: "10", upto_kwh: 900}
    slab_limits:
      {scaled_by: months_of_30_days, months_places: 2, source: s, confidence: low}
    energy:
      - above_kwh: 0
        upto_kwh: 50
        rupees_per_kwh: "4.27"
        source: "p. 148"
        confidence: high
      - above_kwh: 50
        upto_kwh: null
        rupees_per_kwh: "5.23"
        source: "p. 149"
        confidence: high
    time_of_day:
      - {from: "09:00", until: "17:00", share: "-0.20", source: sun, confidence: low}
      - {from: "17:00", until: "24:00", share: "0.20", source: peak, confidence: low}
    subsidy:
      - {above_kwh: 0, upto_kwh: null, rupees_per_kwh: "1", source: "p. 2", confidence: low}
    subsidy_funded_by: "the State"
    fixed: {rupees_per_kw_month: "72", source: "p. 3", confidence: low}
    billable_load:
      higher_of: [maximum_demand, share_of_sanctioned]
      least_share_of_sanctioned: "0.75"
      round_up_to_kw: "0.5"
      source: "p. 4"
      confidence: medium
    excess_demand: {times_fixed_rate: "2", excused_days: 183, source: s, confidence: low}
    free_units: {kwh: 125, funded_by: "the State", source: "p. 6", confidence: low}
    fppas:
      series: ex/fppas
      of: [energy, subsidy]
      on: chargeable_units
      source: "p. 7"
      confidence: low
    duty:
      share: "0.09"
      of: [energy, fppas]
      on: chargeable_units
      source: "p. 8"
      confidence: low
    rebates:
      - share: "0.02"
        of: [energy]
        when: prepaid
        on: chargeable_units
        source: "p. 9"
        confidence: low
      - rupees_per_kwh: "0.25"
        when: always
        on: chargeable_units
        source: "p. 9"
        confidence: low
    rounding: {line_rupees: "0.05", bill_rupees: "1", source: "p. 11", confidence: low}
    late_payment:
      share_per_month: "0.0125"
      later_share_per_month: "0.02"
      later_after_months: 3
      source: "p. 12"
      confidence: low
    balance_interest:
      above_rupees: "2000"
      months: 3
      share_per_year: "0.0625"
      source: "p. 13"
      confidence: low
    cliff:
      policy: accrue
      warn_at_share: "0.80"
      no_disconnection_days: 3
      source: "p. 14"
      confidence: medium
"""

SHOPS = """\
  - category: "EX-2"
    name: {en: "Shops", hi: "दुकानें"}
    eligible: {text: "shops"}
    measured_in: kvah
    energy_by_use:
      - upto_kwh: 50
        slabs:
          - above_kwh: 0
            upto_kwh: null
            rupees_per_kwh: "6.80"
            source: a
            confidence: low
      - upto_kwh: null
        slabs:
          - above_kwh: 0
            upto_kwh: null
            rupees_per_kwh: "8.30"
            source: b
            confidence: low
    fixed_by_use:
      - {upto_kwh: 50, rupees_per_connection_month: "81", source: c, confidence: low}
      - {upto_kwh: 150, rupees_per_kva_month: "98", source: d, confidence: low}
      - {upto_kwh: null, rupees_per_step: "30", step_kwh: 15, source: e, confidence: low}
    billable_load:
      higher_of: [maximum_demand, share_of_sanctioned]
      least_share_of_sanctioned: "1"
      source: f
      confidence: low
    payable_cap:
      upto_kwh: 150
      first_kwh: 100
      rupees: "100"
      of: [energy, fixed]
      funded_by: "the State"
      source: g
      confidence: low
    fppas: {series: ex/fppas, of: [energy], source: h, confidence: low}
    duty:
      of: [energy]
      slabs:
        - {above_kwh: 0, upto_kwh: 100, share: "0.09", source: i, confidence: low}
        - {above_kwh: 100, upto_kwh: null, share: "0.12", source: j, confidence: low}
    minimum: {rupees_per_kw_month: "40", of: [energy, duty], source: l, confidence: low}
    cliff:
      policy: post
      warn_at_share: "0.80"
      no_disconnection_days: 0
      source: k
      confidence: low
"""

ORDER = HEADER + HOMES + SHOPS

SERIES = """\
series: ex/fppas
cap_percent: "10"
carry_forward: "no"
source: "invented"
values:
  - {from: null, until: 2025-05-01, percent: "0.00", source: "none", confidence: high}
  - {from: 2025-05-01, until: 2025-06-01, percent: "-1.24", source: "n", confidence: high}
  - {from: 2025-06-01, until: null, percent: "0.00", source: "n", confidence: low, note: x}
"""

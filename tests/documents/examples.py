"""Bills to print in tests: each adds up, none is of a real person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bijlighar.documents.values import (
    AccountRow,
    BillDocument,
    BillLine,
    DayUsage,
    MonthUsage,
    PayLink,
    Subsidy,
)

FIRST_DAY, LAST_DAY = date(2026, 3, 1), date(2026, 3, 31)
HINDI_LINES = (
    BillLine(
        text="बिजली: पहली 100 यूनिट",
        quantity="100 यूनिट",
        rate="₹5.50",
        amount_paise=55_000,
        note="हर महीने 100 यूनिट तक",
    ),
    BillLine(
        text="100 यूनिट से ऊपर की बिजली",
        quantity="99.6 यूनिट",
        rate="₹6.00",
        amount_paise=59_760,
    ),
    BillLine(
        text="फिक्स्ड चार्ज",
        quantity="2 kW × 31 दिन",
        rate="₹110.00",
        amount_paise=22_000,
    ),
    BillLine(
        text="फ्यूल सरचार्ज (FPPAS)", quantity="₹1,367.60", rate="1.5%", amount_paise=2_051
    ),
    BillLine(
        text="बिजली ड्यूटी (सरकारी टैक्स)", quantity="₹1,388.11", rate="5%", amount_paise=6_941
    ),
    BillLine(
        text="सरकारी सब्सिडी",
        quantity="100 यूनिट",
        rate="−₹2.32",
        amount_paise=-23_201,
        note="उत्तर प्रदेश सरकार",
    ),
)
HINDI_MONTHS = (
    *("अप्रैल", "मई", "जून", "जुल", "अग", "सित"),
    *("अक्टू", "नव", "दिस", "जन", "फ़र", "मार्च"),
)
ENGLISH_MONTHS = (
    *("Apr", "May", "Jun", "Jul", "Aug", "Sep"),
    *("Oct", "Nov", "Dec", "Jan", "Feb", "Mar"),
)
MONTHLY_WH = (
    *(188_000, 241_000, 263_500, 255_000, 238_000, 219_000),
    *(171_000, 129_000, 141_000, 152_000, 148_000, 199_600),
)


def months(labels: tuple[str, ...], monthly_wh: tuple[int, ...]) -> tuple[MonthUsage, ...]:
    return tuple(
        MonthUsage(label=label, energy_wh=energy_wh)
        for label, energy_wh in zip(labels, monthly_wh, strict=True)
    )


def days(estimated: frozenset[int] = frozenset()) -> tuple[DayUsage, ...]:
    """Thirty-one days that vary as a home's do."""
    return tuple(
        DayUsage(
            day=FIRST_DAY + timedelta(days=n),
            energy_wh=4_800 + (n * n * 271) % 3_700,
            is_estimated=n + 1 in estimated,
        )
        for n in range(31)
    )


POSTPAID_HINDI = BillDocument(
    language="hi",
    discom="मध्यांचल विद्युत वितरण निगम लिमिटेड",
    office="उपखंड गोमती नगर, लखनऊ",
    consumer_name="श्रीमती सावित्री देवी कुशवाहा",
    consumer_number="7204518893",
    address="म.नं. 14/2, पानी की टंकी के पास, विनीत खंड, गोमती नगर, लखनऊ 226010",
    category="LMV-1 घरेलू",
    sanctioned_load_w=2_000,
    is_prepaid=False,
    meter_serial="GEN4471902",
    bill_number="2026-03/7204518893",
    first_day=FIRST_DAY,
    last_day=LAST_DAY,
    issued_on=date(2026, 4, 2),
    due_on=date(2026, 4, 17),
    opening_register_wh=12_345_600,
    closing_register_wh=12_545_200,
    energy_wh=199_600,
    is_estimated=False,
    lines=HINDI_LINES,
    counted_daily_paise=122_551,
    true_up_paise=0,
    earlier_months_paise=0,
    subsidy=Subsidy(payer="उत्तर प्रदेश सरकार", amount_paise=23_201),
    previous_balance_paise=-110_000,
    payments_received_paise=110_000,
    arrears_instalment_paise=50_000,
    late_surcharge_paise=1_375,
    rounding_carried_paise=32,
    net_payable_rupees=1_739,
    balance_after_paise=-58,
    months=months(HINDI_MONTHS, MONTHLY_WH),
    days=days(),
    pay_link=PayLink(
        address=(
            "upi://pay?pa=discom@examplebank&pn=Madhyanchal%20Vidyut&am=1739.00&cu=INR"
            "&tn=Bill%202026-03%2F7204518893&tr=7204518893202603"
        ),
        text="UPI: discom@examplebank",
        is_upi=True,
    ),
    order_name="UPERC 2141/2024, 10 अक्टूबर 2024",
    order_hash="9f2c4e81b7a05d3366c1f0e2",
)

PREPAID_ENGLISH = replace(
    POSTPAID_HINDI,
    language="en",
    discom="Madhyanchal Vidyut Vitran Nigam Limited",
    office="Subdivision Gomti Nagar, Lucknow",
    consumer_name="Savitri Devi Kushwaha",
    address="House 14/2, near the water tank\nVineet Khand, Gomti Nagar\nLucknow 226010",
    category="LMV-1 Domestic",
    is_prepaid=True,
    due_on=None,
    is_estimated=True,
    lines=(
        BillLine(
            text="Energy: first 100 units",
            quantity="100 units",
            rate="₹5.50",
            amount_paise=55_000,
            note="up to 100 units a month",
        ),
        BillLine(
            text="Energy above 100 units",
            quantity="99.6 units",
            rate="₹6.00",
            amount_paise=59_760,
        ),
        BillLine(
            text="Fixed charge",
            quantity="2 kW × 31 days",
            rate="₹110.00",
            amount_paise=22_000,
        ),
        BillLine(
            text="Fuel surcharge (FPPAS)",
            quantity="₹1,367.60",
            rate="1.5%",
            amount_paise=2_051,
        ),
        BillLine(
            text="Prepaid rebate", quantity="₹1,367.60", rate="2%", amount_paise=-2_735
        ),
        BillLine(
            text="Electricity duty", quantity="₹1,388.11", rate="5%", amount_paise=6_941
        ),
        BillLine(
            text="Government subsidy",
            quantity="100 units",
            rate="−₹2.32",
            amount_paise=-23_201,
        ),
    ),
    counted_daily_paise=119_302,
    true_up_paise=514,
    earlier_months_paise=-1_240,
    subsidy=Subsidy(payer="Government of Uttar Pradesh", amount_paise=23_201),
    previous_balance_paise=41_250,
    payments_received_paise=120_000,
    arrears_instalment_paise=0,
    late_surcharge_paise=0,
    rounding_carried_paise=0,
    net_payable_rupees=0,
    balance_after_paise=161_250 - 118_576,
    months=months(ENGLISH_MONTHS, MONTHLY_WH),
    days=days(frozenset({12, 13, 14})),
    pay_link=PayLink(
        address="https://bijli.example.in/recharge/7204518893",
        text="bijli.example.in/recharge",
    ),
    order_name="UPERC 2141/2024 of 10 October 2024",
)

NOTHING_YET = replace(
    POSTPAID_HINDI,
    office="",
    consumer_name="राम",
    address="",
    lines=(
        BillLine(
            text="फिक्स्ड चार्ज", quantity="1 kW × 2 दिन", rate="₹50.00", amount_paise=323
        ),
    ),
    first_day=date(2026, 3, 30),
    opening_register_wh=0,
    closing_register_wh=0,
    energy_wh=0,
    counted_daily_paise=323,
    subsidy=None,
    previous_balance_paise=50_000,
    payments_received_paise=0,
    arrears_instalment_paise=0,
    late_surcharge_paise=0,
    rounding_carried_paise=0,
    net_payable_rupees=0,
    balance_after_paise=49_677,
    months=(),
    days=(),
    pay_link=None,
)

LONG_LINES = tuple(
    BillLine(
        text=f"Energy above {100 * n} and up to {100 * n + 100} units, "
        "corrected for a load that changed in the month",
        quantity="1,00,000.00 units × 31 days",
        rate="₹12,345.678",
        amount_paise=1_23_45_678,
        note=f"Schedule {n} of the tariff order, page 148, table 2, "
        "with the meter that was replaced on the 12th day",
    )
    for n in range(14)
)
FULL = replace(
    PREPAID_ENGLISH,
    is_prepaid=False,
    due_on=date(2026, 4, 17),
    discom="Paschimanchal and Dakshinanchal United Electricity "
    "Distribution Company Limited of the North",
    office="Subdivision of Shri Maharaja Agrasen Industrial Area Second Phase, "
    "Ghaziabad Division 4",
    consumer_name="Messrs Venkatanarasimharajuvaripeta Cold Storage and Food Processing "
    "Private Limited, formerly the Cooperative Society for the Storage of Potatoes",
    address="Plot 1184 to 1199, Second Phase, Shri Maharaja Agrasen Industrial Area, " * 4,
    category="HV-2 Large and Heavy Power, above 75 kW, at 11 kV with seasonal option",
    sanctioned_load_w=1_23_456_789,
    lines=LONG_LINES,
    opening_register_wh=12_34_56_78_900,
    closing_register_wh=98_76_54_32_100,
    energy_wh=7_12_34_56_789,
    true_up_paise=-4_32_109,
    earlier_months_paise=-9_87_654,
    previous_balance_paise=-99_99_99_999,
    payments_received_paise=11_11_11_111,
    arrears_instalment_paise=5_00_00_000,
    late_surcharge_paise=1_23_45_678,
    rounding_carried_paise=-49,
    net_payable_rupees=1_12_30_863,
    others=tuple(
        AccountRow(
            text=f"Interest on the security deposit of {year}", amount_paise=99_99_999
        )
        for year in range(2021, 2027)
    ),
    balance_after_paise=0,
    months=months(ENGLISH_MONTHS, tuple(wh * 40_000 for wh in MONTHLY_WH)),
)


def adding_up(bill: BillDocument) -> BillDocument:
    """The same bill with the balance that its amounts lead to, and its true-up."""
    lines_paise = sum(line.amount_paise for line in bill.lines)
    return replace(
        bill,
        counted_daily_paise=lines_paise - bill.true_up_paise,
        balance_after_paise=bill.previous_balance_paise
        + bill.payments_received_paise
        + 100 * bill.net_payable_rupees
        - lines_paise
        - bill.earlier_months_paise
        - bill.arrears_instalment_paise
        - bill.late_surcharge_paise
        - bill.rounding_carried_paise
        + sum(row.amount_paise for row in bill.others),
    )


FULL = adding_up(FULL)
POSTPAID_ENGLISH = replace(
    PREPAID_ENGLISH,
    is_prepaid=False,
    due_on=date(2026, 4, 17),
    net_payable_rupees=1_186,
    previous_balance_paise=-64_420,
    payments_received_paise=64_400,
    pay_link=POSTPAID_HINDI.pay_link,
)
POSTPAID_ENGLISH = adding_up(POSTPAID_ENGLISH)
PREPAID_HINDI = adding_up(
    replace(
        POSTPAID_HINDI,
        is_prepaid=True,
        due_on=None,
        previous_balance_paise=61_250,
        payments_received_paise=40_000,
        arrears_instalment_paise=15_000,
        late_surcharge_paise=0,
        rounding_carried_paise=0,
        net_payable_rupees=0,
        pay_link=PayLink(
            address="https://bijli.example.in/recharge/7204518893",
            text="bijli.example.in/recharge",
        ),
    )
)
EXAMPLES = {
    "postpaid in Hindi": POSTPAID_HINDI,
    "postpaid in English": POSTPAID_ENGLISH,
    "prepaid in Hindi, below zero": PREPAID_HINDI,
    "prepaid in English, partly estimated": PREPAID_ENGLISH,
    "nothing to pay": NOTHING_YET,
    "full to the brim": FULL,
}

"""Every word and figure of the printed bill by its place; `bill.typ` sets them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bijlighar.documents._bill_texts import day_in, days_in, texts_in
from bijlighar.documents.plain_text import printable
from bijlighar.documents.qr import svg_of
from bijlighar.documents.values import BillDocument, BillLine
from bijlighar.kernel.energy import format_kwh
from bijlighar.kernel.money import PAISE_PER_RUPEE, format_rupees, group_lakh

MOST_MONTHS = 12
MOST_LINES_WITH_NOTES = 14
HASH_SHOWN = 12
W_PER_KW = 1000
_PLACE = re.compile(r"{(\w+)}")

Section = dict[str, object]


def page_of(bill: BillDocument) -> Section:
    """The page as `bill.typ` reads it: sections of printable strings, and bars in Wh."""
    words = _Words(bill=bill)
    return {
        "language": bill.language,
        "title": words.say("title"),
        "document_title": f"{words.say('title')} {printable(bill.bill_number)}",
        "header": _header(words),
        "first": _first(words),
        "facts": _facts(words),
        "meter": _meter(words),
        "charges": _charges(words),
        "subsidy": _subsidy(words),
        "account": _account(words),
        "months": _months(words),
        "days": _days(words),
        "footer": _footer(words),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """A bill and its labels."""

    bill: BillDocument

    def say(self, name: str, **parts: str) -> str:
        """A label with its places filled; what fills them is made printable."""
        plain = {part: printable(text) for part, text in parts.items()}
        return _PLACE.sub(lambda place: plain[place[1]], texts_in(self.bill.language)[name])

    @property
    def lines_paise(self) -> int:
        return sum(line.amount_paise for line in self.bill.lines)

    @property
    def month_paise(self) -> int:
        return self.lines_paise + self.bill.earlier_months_paise


def _header(words: _Words) -> Section:
    bill = words.bill
    helpline = words.say("helpline", helpline=bill.helpline)
    office = printable(bill.office)
    return {
        "discom": printable(bill.discom),
        "office": f"{office} · {helpline}" if office else helpline,
        "period": days_in(bill.language, bill.first_day, bill.last_day),
        "mode": words.say("prepaid" if bill.is_prepaid else "postpaid"),
    }


def _first(words: _Words) -> Section:
    """What is read first: how much, until when, and how to pay."""
    bill = words.bill
    if bill.is_prepaid:
        first = _prepaid_first(words)
    elif bill.net_payable_rupees:
        first = {
            "label": words.say("to_pay"),
            "amount": f"₹{group_lakh(str(bill.net_payable_rupees))}",
            "second_label": words.say("pay_by") if bill.due_on else "",
            "second": day_in(bill.language, bill.due_on) if bill.due_on else "",
            "remark": _old_dues(words),
        }
    else:
        first = _nothing_to_pay(words)
    used = words.say(
        "used", units=format_kwh(bill.energy_wh), days=str(_days_of_period(bill))
    )
    return {**first, "used": used, "pay": _pay(words)}


def _prepaid_first(words: _Words) -> Section:
    bill = words.bill
    is_owed = bill.balance_after_paise < 0
    return {
        "label": words.say("balance_on", day=day_in(bill.language, bill.last_day)),
        "amount": _rupees(bill.balance_after_paise),
        "second_label": words.say("this_month"),
        "second": _rupees(words.month_paise),
        "remark": words.say("below_zero" if is_owed else "already_deducted"),
    }


def _old_dues(words: _Words) -> str:
    """What of the amount is older than this month."""
    bill = words.bill
    unpaid_paise = -(bill.previous_balance_paise + bill.payments_received_paise)
    old_paise = max(0, unpaid_paise) + bill.arrears_instalment_paise
    if old_paise < PAISE_PER_RUPEE:
        return ""
    return words.say("old_dues", amount=_amount(old_paise))


def _nothing_to_pay(words: _Words) -> Section:
    credit_paise = words.bill.balance_after_paise
    has_credit = credit_paise >= PAISE_PER_RUPEE
    remark = words.say("with_us", amount=_amount(credit_paise)) if has_credit else ""
    return {
        "label": words.say("to_pay"),
        "amount": "₹0",
        "second_label": "",
        "second": words.say("nothing_to_pay"),
        "remark": remark,
    }


def _pay(words: _Words) -> Section | None:
    link = words.bill.pay_link
    if link is None:
        return None
    text = printable(link.text)
    return {
        "label": words.say(_why_scan(words.bill, is_upi=link.is_upi)),
        "text": text,
        "says": words.say("qr_says", text=link.text),
        "svg": svg_of(link.address),
    }


def _why_scan(bill: BillDocument, *, is_upi: bool) -> str:
    if bill.is_prepaid:
        return "scan_to_recharge"
    if not bill.net_payable_rupees:
        return "scan_to_see"
    return "scan_for_upi" if is_upi else "scan_to_pay"


def _facts(words: _Words) -> Section:
    bill, language = words.bill, words.bill.language
    mode = words.say("prepaid" if bill.is_prepaid else "postpaid")
    load = words.say("kw", kw=_kw(bill.sanctioned_load_w))
    return {
        "consumer": {
            "label": words.say("consumer"),
            "value": printable(bill.consumer_name),
            "address": _in_one_line(bill.address),
        },
        "connection": {
            "label": words.say("consumer_number"),
            "value": printable(bill.consumer_number),
            "rows": [
                [words.say("category"), printable(bill.category)],
                [words.say("sanctioned_load"), load],
                [words.say("payment_mode"), mode],
            ],
        },
        "bill": {
            "label": words.say("bill_number"),
            "value": printable(bill.bill_number),
            "rows": [
                [words.say("period"), days_in(language, bill.first_day, bill.last_day)],
                [words.say("issued_on"), day_in(language, bill.issued_on)],
                [words.say("meter_serial"), printable(bill.meter_serial)],
            ],
        },
    }


def _meter(words: _Words) -> Section:
    """The registers; signs between them only where they make the energy of the bill."""
    bill, language = words.bill, words.bill.language
    opening = words.say("opening_register", day=day_in(language, bill.first_day))
    closing = words.say("closing_register", day=day_in(language, bill.last_day))
    used_wh = bill.closing_register_wh - bill.opening_register_wh
    return {
        "closing": [closing, format_kwh(bill.closing_register_wh)],
        "opening": [opening, format_kwh(bill.opening_register_wh)],
        "used": [words.say("units_used"), format_kwh(bill.energy_wh)],
        "days": [words.say("days_counted"), str(_days_of_period(bill))],
        "subtracts": used_wh == bill.energy_wh,
        "estimated": words.say("estimated") if bill.is_estimated else "",
    }


def _charges(words: _Words) -> Section:
    bill = words.bill
    has_notes = len(bill.lines) <= MOST_LINES_WITH_NOTES
    return {
        "titles": [words.say(name) for name in ("charges", "quantity", "rate", "amount")],
        "lines": [_line(line, has_notes=has_notes) for line in bill.lines],
        "sums": _sums(words),
        "total": [words.say("month_total"), _amount(words.month_paise)],
    }


def _sums(words: _Words) -> list[list[str]]:
    """What stands between the lines and the total: text, amount of a part, amount.

    The two parts of the sum, one of them the true-up, are there whatever they come to.
    """
    bill = words.bill
    counted = words.say("deducted_daily" if bill.is_prepaid else "counted_daily")
    rows = [
        [words.say("subtotal"), "", _amount(words.lines_paise)],
        [counted, _amount(bill.counted_daily_paise), ""],
        [words.say("true_up"), _amount(bill.true_up_paise), ""],
    ]
    if bill.earlier_months_paise:
        rows.append([words.say("earlier_months"), "", _amount(bill.earlier_months_paise)])
    return rows


def _line(line: BillLine, *, has_notes: bool) -> Section:
    return {
        "text": printable(line.text),
        "quantity": printable(line.quantity),
        "rate": printable(line.rate),
        "amount": _amount(line.amount_paise),
        "note": printable(line.note) if has_notes else "",
    }


def _subsidy(words: _Words) -> str:
    paid = words.bill.subsidy
    if paid is None:
        return ""
    return words.say("subsidy", payer=paid.payer, amount=_amount(paid.amount_paise))


def _account(words: _Words) -> Section:
    """Rows that add up from top to bottom: to what is owed, or prepaid to the balance."""
    bill = words.bill
    sign = -1 if bill.is_prepaid else 1
    was_credit = bill.is_prepaid or bill.previous_balance_paise > 0
    rows = [
        (
            words.say("previous_credit" if was_credit else "previous_dues"),
            -sign * bill.previous_balance_paise,
        ),
        (
            words.say("recharges" if bill.is_prepaid else "payments"),
            -sign * bill.payments_received_paise,
        ),
        (words.say("month"), sign * words.month_paise),
    ]
    rows += [
        (words.say(name), sign * paise)
        for name, paise in (
            ("instalment", bill.arrears_instalment_paise),
            ("late_surcharge", bill.late_surcharge_paise),
            ("rounding", bill.rounding_carried_paise),
        )
        if paise
    ]
    rows += [(printable(row.text), -sign * row.amount_paise) for row in bill.others]
    if bill.is_prepaid:
        result, after = ("balance_after", bill.balance_after_paise), None
    else:
        result = ("net_payable", bill.net_payable_rupees * PAISE_PER_RUPEE)
        after = ("carried", -bill.balance_after_paise)
    return {
        "title": words.say("account"),
        "rows": [[text, _amount(paise)] for text, paise in rows],
        "result": [words.say(result[0]), _amount(result[1])],
        "after": [words.say(after[0]), _amount(after[1])] if after else None,
    }


def _months(words: _Words) -> Section:
    months = words.bill.months[-MOST_MONTHS:]
    bars = [
        {
            "label": printable(month.label),
            "wh": max(0, month.energy_wh),
            "value": format_kwh(month.energy_wh, places=0),
            "is_estimated": False,
        }
        for month in months
    ]
    spoken = ", ".join(f"{bar['label']} {bar['value']}" for bar in bars)
    return {
        "title": words.say("months_chart"),
        "bars": bars,
        "says": words.say("chart_says", values=spoken),
    }


def _days(words: _Words) -> Section:
    bill = words.bill
    used = {day.day: day for day in bill.days}
    span = [bill.first_day.fromordinal(n) for n in _ordinals(bill)]
    bars = [
        {
            "label": str(day.day),
            "wh": max(0, used[day].energy_wh) if day in used else 0,
            "is_estimated": day in used and used[day].is_estimated,
        }
        for day in span
    ]
    most_wh = max((day.energy_wh for day in bill.days), default=0)
    return {
        "title": words.say("days_chart", days=days_in(bill.language, span[0], span[-1])),
        "most": words.say("most_in_a_day", units=format_kwh(most_wh)),
        "legend": words.say("estimated_days")
        if any(b["is_estimated"] for b in bars)
        else "",
        "bars": bars if bill.days else [],
        "says": words.say(
            "chart_says", values=words.say("most_in_a_day", units=format_kwh(most_wh))
        ),
    }


def _footer(words: _Words) -> Section:
    bill = words.bill
    order_hash = bill.order_hash[:HASH_SHOWN]
    return {
        "complaint": words.say("complaint", helpline=bill.helpline),
        "otp": words.say("otp"),
        "rated_with": words.say("rated_with", order=bill.order_name, hash=order_hash),
        "page": words.say("page"),
    }


def _in_one_line(address: str) -> str:
    lines = (printable(line).strip(" ,") for line in address.splitlines())
    return printable(", ".join(line for line in lines if line))


def _ordinals(bill: BillDocument) -> range:
    return range(bill.first_day.toordinal(), bill.last_day.toordinal() + 1)


def _days_of_period(bill: BillDocument) -> int:
    return len(_ordinals(bill))


def _amount(paise: int) -> str:
    return format_rupees(paise).replace("-", "−")


def _rupees(paise: int) -> str:
    return f"−₹{format_rupees(-paise)}" if paise < 0 else f"₹{format_rupees(paise)}"


def _kw(load_w: int) -> str:
    whole, rest = divmod(load_w, W_PER_KW)
    return f"{group_lakh(str(whole))}.{rest:03d}".rstrip("0").rstrip(".")

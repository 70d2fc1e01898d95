"""The pretend gateway's payment page: one small page for a phone, in two languages."""

from __future__ import annotations

from html import escape

from bijlighar.kernel.money import format_rupees
from bijlighar.simulator.gateway import GatewaySettings, Order

LANGUAGES = ("hi", "en")

_TEXTS = {
    "hi": {
        "title": "भुगतान",
        "pretend": "यह नकली भुगतान पृष्ठ है। कोई असली पैसा नहीं कटेगा।",
        "connection": "उपभोक्ता संख्या",
        "amount": "राशि",
        "receipt": "संदर्भ",
        "pay": "भुगतान करें",
        "late": "भुगतान करें, सूचना देर से पहुँचे",
        "hang": "बैंक जवाब न दे",
        "fail": "भुगतान विफल हो",
        "hanging": "बैंक ने अभी जवाब नहीं दिया है।",
        "upi_title": "UPI ऐप",
        "upi_pretend": "यह नकली UPI ऐप है। कोई असली पैसा नहीं कटेगा।",
        "payee": "किसको",
        "upi_pay": "UPI से भेजें",
        "paid": "इस राशि का भुगतान हो चुका है।",
        "failed": "पिछला प्रयास विफल रहा। आप फिर से कोशिश कर सकते हैं।",
        "back": "वापस जाएँ",
        "other": "English",
        "unknown": "ऐसा कोई भुगतान नहीं है।",
    },
    "en": {
        "title": "Payment",
        "pretend": "This is a pretend payment page. No real money moves.",
        "connection": "Consumer number",
        "amount": "Amount",
        "receipt": "Reference",
        "pay": "Pay",
        "late": "Pay, but let the confirmation come late",
        "hang": "Let the bank not answer",
        "fail": "Let the payment fail",
        "hanging": "The bank has not answered yet.",
        "upi_title": "UPI app",
        "upi_pretend": "This is a pretend UPI app. No real money moves.",
        "payee": "To",
        "upi_pay": "Send by UPI",
        "paid": "This amount has been paid.",
        "failed": "The last attempt failed. You can try again.",
        "back": "Go back",
        "other": "हिन्दी",
        "unknown": "There is no such payment.",
    },
}

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f3f5f8; color: #16202c; line-height: 1.5;
  font: 1rem/1.5 Mukta, "Noto Sans Devanagari", system-ui, sans-serif; }
header { background: #1f2a44; color: #fff; padding: .9rem 1.25rem; display: flex;
  justify-content: space-between; align-items: center; }
header a { color: #fff; padding: .4rem; }
main { max-width: 26rem; margin: 0 auto; padding: 1.25rem; }
.pretend { background: #fff4d6; border-left: 4px solid #b7791f; padding: .7rem .9rem;
  margin: 0 0 1rem; }
.card { background: #fff; border: 1px solid #d7dde6; border-radius: 12px;
  padding: 1.25rem; }
.amount { font-size: 2.25rem; font-weight: 700; margin: 0; line-height: 1.2;
  font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; margin: 1rem 0 0; }
dt { color: #556273; } dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
form { margin: 1.25rem 0 0; display: grid; gap: .75rem; }
button, .back { font: inherit; min-height: 48px; border-radius: 10px; cursor: pointer;
  border: 1px solid #8592a6; background: #fff; color: #16202c; padding: .6rem 1rem; }
.back { display: grid; place-items: center; text-decoration: none; margin-top: 1rem; }
.pay { background: #14663c; border-color: #14663c; color: #fff; font-weight: 700;
  font-size: 1.125rem; }
button:focus-visible, a:focus-visible { outline: 3px solid #2f6fed; outline-offset: 2px; }
.failed { color: #a32020; font-weight: 600; } .paid { color: #14663c; font-weight: 600; }
"""


def language_of(wanted: str | None, *, otherwise: str) -> str:
    """The language asked for, or another when it is none of ours."""
    return wanted if wanted in LANGUAGES else otherwise


def payment_page(*, order: Order, language: str, nonce: str) -> str:
    """The page on which an order is paid, or not."""
    words = _TEXTS[language]
    body = (
        f'<div class="card"><p class="amount">₹{format_rupees(order.amount_paise)}</p>'
        f"<dl><dt>{words['connection']}</dt><dd>{escape(order.consumer_number)}</dd>"
        f"<dt>{words['receipt']}</dt><dd>{escape(order.receipt)}</dd></dl></div>"
        f"{_choices(order=order, language=language)}"
    )
    return _page(language=language, nonce=nonce, body=body)


def upi_page(*, order: Order, language: str, nonce: str, settings: GatewaySettings) -> str:
    """What a phone's UPI app would show: to whom, how much, and a button to send it."""
    words = _TEXTS[language]
    body = (
        f'<div class="card"><p class="amount">₹{format_rupees(order.amount_paise)}</p>'
        f"<dl><dt>{words['payee']}</dt><dd>{escape(settings.upi_name)}<br>"
        f"{escape(settings.upi_payee)}</dd>"
        f"<dt>{words['receipt']}</dt><dd>{escape(order.id)}</dd></dl></div>"
        f"{_choices(order=order, language=language, pay='upi_pay')}"
    )
    return _page(
        language=language, nonce=nonce, body=body, title="upi_title", pretend="upi_pretend"
    )


def unknown_page(*, language: str, nonce: str) -> str:
    """The page for an order that does not exist."""
    return _page(
        language=language, nonce=nonce, body=f"<p>{_TEXTS[language]['unknown']}</p>"
    )


def _choices(*, order: Order, language: str, pay: str = "pay") -> str:
    """The buttons, or the way back when all is paid."""
    words = _TEXTS[language]
    if order.is_paid:
        back = escape(order.callback_url, quote=True)
        return (
            f'<p class="paid" role="status">{words["paid"]}</p>'
            f'<a class="back" href="{back}">{words["back"]}</a>'
        )
    last = order.payments[-1].status if order.payments else ""
    said = {"failed": "failed", "pending": "hanging"}.get(last)
    told = f'<p class="failed" role="alert">{words[said]}</p>' if said else ""
    return (
        f"{told}"
        f'<form method="post" action="?lang={language}">'
        f'<button class="pay" name="choice" value="pay">{words[pay]}</button>'
        f'<button name="choice" value="late">{words["late"]}</button>'
        f'<button name="choice" value="hang">{words["hang"]}</button>'
        f'<button name="choice" value="fail">{words["fail"]}</button></form>'
    )


def _page(
    *,
    language: str,
    nonce: str,
    body: str,
    title: str = "title",
    pretend: str = "pretend",
) -> str:
    """The frame around every page."""
    words = _TEXTS[language]
    other = "en" if language == "hi" else "hi"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words[title]}</title>"
        f'<style nonce="{nonce}">{_STYLE}</style></head><body>'
        f"<header><strong>{words[title]}</strong>"
        f'<a href="?lang={other}" lang="{other}">{words["other"]}</a></header>'
        f'<main><p class="pretend">{words[pretend]}</p>{body}</main></body></html>'
    )

"""A bill as its page shows it: texts in the page's language, amounts as a reader signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bijlighar.bills import service as bills
from bijlighar.bills.values import Bill, BillListed, BillState, PrintedLine
from bijlighar.documents.values import Language
from bijlighar.kernel.ist import ONE_DAY, month_starts, next_month_starts
from bijlighar.web.consumer.charts import bars, top_of
from bijlighar.web.templatetags.bijli import MINUS

SLOT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    """One line: what, how it comes about, how much."""

    text: str
    detail: str
    amount_paise: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartShown:
    """The lines of the days for which one order and one set of facts held."""

    first: date
    last: date
    lines: tuple[LineShown, ...]
    total_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountShown:
    """A row of the account; positive in the consumer's favour."""

    text: str
    amount_paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillShown:
    """All of a bill's page."""

    bill: Bill
    state: BillState
    title: str
    paid_paise: int
    planned_paise: int
    """Of what the bill asks for, what is paid in parts now."""
    left_paise: int
    """Of what the bill asks for, what is neither paid nor in a plan."""
    after_paise: int
    """The balance once what it asks for is paid: what rounding leaves."""
    orders: tuple[str, ...]
    parts: tuple[PartShown, ...]
    account: tuple[AmountShown, ...]
    funders: tuple[AmountShown, ...]
    use: str
    """The days' bars, in slots of 20 by 100."""
    width: int
    use_top_wh: int


def shown(listed: BillListed) -> BillShown:
    """One bill."""
    bill, language = listed.bill, page_language()
    use = [day.energy_wh for day in bill.days]
    top = top_of(use, least=1000)
    return BillShown(
        bill=bill,
        state=listed.state,
        title=title_of(bill),
        paid_paise=listed.paid_paise,
        planned_paise=listed.planned_paise,
        left_paise=bill.payable_paise - listed.paid_paise - listed.planned_paise,
        after_paise=bill.balance_paise + bill.payable_paise,
        orders=tuple(
            dict.fromkeys(
                part.order_en if language == "en" else part.order_hi for part in bill.parts
            )
        ),
        parts=tuple(_parts(bill, language)),
        account=tuple(_account(bill, language)),
        funders=tuple(
            AmountShown(
                text=bills.name_of_funder(funder=name, language=language),
                amount_paise=paise,
            )
            for name, paise in bill.subsidies_paise.items()
            if paise > 0
        ),
        use=bars(use, top=top),
        width=len(use) * SLOT,
        use_top_wh=top,
    )


def title_of(bill: Bill) -> str:
    """`April 2026`, or the days where it is not one whole month."""
    first, last, locale = bill.first, bill.last, get_language() or "hi"
    if first == month_starts(first) and bill.until == next_month_starts(first):
        return format_date(first, "LLLL y", locale=locale)
    days = {
        "first": format_date(first, "d MMMM", locale=locale),
        "last": format_date(last, "d MMMM y", locale=locale),
    }
    return _("%(first)s to %(last)s") % days


def next_bill_on(*, today: date, installed_on: date) -> tuple[date, date]:
    """The month that is billed next, and the morning from which on its bill comes."""
    month = month_starts(today)
    before = month_starts(month - ONE_DAY)
    billed = before if installed_on < month else month
    return billed, next_month_starts(billed)


def page_language() -> Language:
    """The page's language, as bills name it."""
    return "en" if get_language() == "en" else "hi"


def _parts(bill: Bill, language: Language) -> Iterator[PartShown]:
    for place, part in enumerate(bill.parts):
        yield PartShown(
            first=part.first,
            last=part.last,
            lines=tuple(_lines(bill.lines, place, language)),
            total_paise=part.total_paise,
        )


def _lines(
    lines: Sequence[PrintedLine], place: int, language: Language
) -> Iterator[LineShown]:
    for line in lines:
        if line.part == place:
            is_english = language == "en"
            quantity = line.quantity_en if is_english else line.quantity_hi
            rate = line.rate.replace("-", MINUS)
            yield LineShown(
                text=line.text_en if is_english else line.text_hi,
                detail=" × ".join(told for told in (quantity, rate) if told),
                amount_paise=line.amount_paise,
                source=line.source,
            )


def _account(bill: Bill, language: Language) -> Iterator[AmountShown]:
    yield AmountShown(text=_("Balance from before"), amount_paise=bill.previous_paise)
    paid = _("Recharges") if bill.is_prepaid else _("Paid by you")
    yield AmountShown(text=paid, amount_paise=bill.payments_paise)
    yield AmountShown(text=_("Electricity of these days"), amount_paise=-bill.charges_paise)
    for one in bill.adjustments:
        name = bills.name_of_movement(what=one.what, language=language)
        yield AmountShown(text=name, amount_paise=one.amount_paise)

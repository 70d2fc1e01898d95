"""A priced question as a slip to read in a terminal, in one language."""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bijlighar.kernel.energy import format_kwh
from bijlighar.kernel.money import format_rupees
from bijlighar.tariffs.pricing import Priced
from bijlighar.tariffs.values import Measured
from bijlighar.tariffs.wording import sentence

WIDTH = 80
_WORDS = {
    "en": {"total": "In all", "bill": "Bill, rounded", "order": "Order", "note": "Note"},
    "hi": {"total": "कुल", "bill": "बिल, पूरे रुपये में", "order": "आदेश", "note": "ध्यान दें"},
}


def slip(priced: Priced, language: str) -> str:
    """The lines, the sum, the bill as rounded, the order and every doubt."""
    words = _WORDS[language]
    table = Table(box=None, show_header=False, pad_edge=False, expand=True)
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for line in priced.lines:
        table.add_row(Text(sentence(line, language)), _rupees(line.amount_paise))
    table.add_section()
    table.add_row(words["total"], _rupees(priced.total_paise))
    table.add_row(words["bill"], _rupees(priced.bill_paise))
    made = StringIO()
    console = Console(file=made, width=WIDTH, highlight=False, markup=False)
    console.print(_head(priced, language))
    console.print(table)
    console.print(f"{words['order']}: {getattr(priced.order.name, language)}")
    for warned in priced.warnings:
        console.print(f"{words['note']}: {getattr(warned.text, language)}")
    return made.getvalue()


def _head(priced: Priced, language: str) -> str:
    question, schedule = priced.question, priced.schedule
    is_kvah = question.measured_in is Measured.KVAH
    name = getattr(schedule.name, language)
    units = f"{format_kwh(question.energy_wh)} {'kVAh' if is_kvah else 'kWh'}"
    said = [f"{name} ({schedule.category})", f"{question.day:%Y-%m-%d}", units]
    if question.sanctioned_load_w:
        load = f"{question.sanctioned_load_w / 1000:g} {'kVA' if is_kvah else 'kW'}"
        said.append(load)
    return " · ".join(said)


def _rupees(paise: int) -> str:
    return f"₹{format_rupees(paise)}" if paise >= 0 else f"−₹{format_rupees(-paise)}"

"""A receipt as one page of A5: tagged for screen readers, the same bytes every time."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import typst

from bijlighar.documents import fonts
from bijlighar.documents._bill_texts import day_in
from bijlighar.documents._receipt_texts import words_in as words_in
from bijlighar.documents.amount_words import amount_in_words
from bijlighar.documents.plain_text import printable
from bijlighar.documents.receipt_values import ReceiptDocument
from bijlighar.documents.values import Language
from bijlighar.kernel.errors import BijligharError
from bijlighar.kernel.ist import in_ist
from bijlighar.kernel.money import format_rupees

_FOLDER = Path(__file__).parent


class ReceiptDoesNotAddUp(BijligharError):
    """What a receipt's payment was used for is not the whole payment."""


def receipt_pdf(receipt: ReceiptDocument) -> bytes:
    """The receipt as a PDF of one page. Raises ReceiptDoesNotAddUp, FontMissing."""
    used_paise = sum(row.amount_paise for row in receipt.applied)
    if receipt.amount_paise <= 0 or (
        receipt.applied and used_paise != receipt.amount_paise
    ):
        raise ReceiptDoesNotAddUp(
            f"Receipt {receipt.number} is of {receipt.amount_paise} paise, but"
            f" {used_paise} paise were used."
        )
    pdf = typst.compile(
        _FOLDER / "receipt.typ",
        root=_FOLDER,
        format="pdf",
        font_paths=fonts.fonts_in(fonts.FOLDER),
        ignore_system_fonts=True,
        sys_inputs={"receipt": json.dumps(_page(receipt), ensure_ascii=False)},
        timestamp=receipt.credited_at,
        pdf_standards=["ua-1"],
    )
    assert b"/Type/Pages/Count 1/" in pdf, "a receipt is one page"
    return pdf


def _page(receipt: ReceiptDocument) -> dict[str, object]:
    words = words_in(receipt.language)
    facts = (
        ("number", receipt.number),
        ("consumer_number", receipt.consumer_number),
        ("name", receipt.name),
        ("paid_at", _moment(receipt.language, receipt.paid_at)),
        ("credited_at", _moment(receipt.language, receipt.credited_at)),
        ("gateway", receipt.gateway),
        ("gateway_reference", receipt.gateway_reference),
    )
    return {
        "language": receipt.language,
        "title": words["title"],
        "document_title": f"{words['title']} {printable(receipt.number)}",
        "discom": printable(receipt.discom),
        "received": words["received"],
        "amount": f"₹{format_rupees(receipt.amount_paise)}",
        "words": amount_in_words(receipt.amount_paise, language=receipt.language),
        "facts": [[words[name], printable(said)] for name, said in facts],
        "applied_title": words["applied"],
        "applied": [
            [printable(row.text), f"₹{format_rupees(row.amount_paise)}"]
            for row in receipt.applied
        ],
        "foot": words["foot"].replace("{helpline}", printable(receipt.helpline)),
    }


def _moment(language: Language, at: datetime) -> str:
    local = in_ist(at)
    return f"{day_in(language, local.date())}, {local:%H:%M}"

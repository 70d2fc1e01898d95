"""The catalogue as staff read it: each text with its ids, variables and length."""

from __future__ import annotations

from bijlighar.notices.rules import (
    LONGEST_VARIABLE,
    Template,
    catalogue,
    variables_in_order,
)
from bijlighar.notices.sms_length import sms_length
from bijlighar.notices.values import CatalogueText, NoticeKind

USUAL = {
    "money": "1,234.50",
    "number": "1234",
    "id": "7310000001",
    "moment": "12-04-2026, 18:00",
    "words": "x" * 20,
}
"""A value of usual length by type."""


def texts() -> tuple[CatalogueText, ...]:
    """Every registered text, by kind in the catalogue's order, Hindi first."""
    return tuple(
        _shown(kind, language, template)
        for (kind, language), template in catalogue().items()
    )


def _shown(kind: NoticeKind, language: str, template: Template) -> CatalogueText:
    names = variables_in_order(template.text)
    usual = _filled(template.text, {name: USUAL[template.types[name]] for name in names})
    longest = _filled(template.text, dict.fromkeys(names, "x" * LONGEST_VARIABLE))
    return CatalogueText(
        kind=kind,
        language=language,
        sender=template.sender,
        template_id=template.template_id,
        text=template.text,
        urgency=template.urgency,
        is_always_told=template.is_always_told,
        variables=tuple((name, template.types[name]) for name in names),
        alphabet=sms_length(usual).alphabet.value,
        parts=sms_length(usual).parts,
        most_parts=sms_length(longest).parts,
    )


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text

"""The labels of the bill in both languages, from `bill_texts.yaml`."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import get_args

import yaml

from bijlighar.documents.values import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def texts_in(language: Language) -> dict[str, str]:
    """Every label by its name, with its places in braces."""
    read = yaml.safe_load((files("bijlighar.documents") / "bill_texts.yaml").read_text())
    return {name: forms[language] for name, forms in read.items()}


def day_in(language: Language, day: date) -> str:
    """A day as people write it: `5 April 2026`."""
    return f"{day.day} {_month(language, day)} {day.year}"


def days_in(language: Language, first: date, last: date) -> str:
    """A span of days, with nothing said twice: `1–31 March 2026`."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day_in(language, last)}"
    if first.year == last.year:
        return f"{first.day} {_month(language, first)} – {day_in(language, last)}"
    return f"{day_in(language, first)} – {day_in(language, last)}"


def _month(language: Language, day: date) -> str:
    return texts_in(language)["months"].split()[day.month - 1]

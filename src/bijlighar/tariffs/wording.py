"""Wording: a line of a charge as a sentence, from `explaining_texts.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from bijlighar.kernel.energy import WH_PER_KWH
from bijlighar.kernel.strict_yaml import Table, read_table
from bijlighar.tariffs.values import Line, Reason, Unit

LANGUAGES = ("en", "hi")

_ONE = {Unit.DAYS: 1, Unit.WH: WH_PER_KWH}


def sentence(line: Line, language: str) -> str:
    """The line in one of LANGUAGES, without its amount."""
    one, many = _texts()[line.reason, language]
    is_one = abs(line.quantity) == _ONE.get(line.unit)
    return (one if is_one else many).format_map(line.parameters)


@cache
def _texts() -> dict[tuple[Reason, str], tuple[str, str]]:
    """For each reason and language, the sentence for one day or unit, and for all else."""
    file = files("bijlighar.tariffs") / "explaining_texts.yaml"
    keys = [reason.value for reason in Reason]
    table = read_table(text=file.read_text("utf-8"), file=file.name, keys=keys)
    return {
        (reason, language): _forms(table, reason, language)
        for reason in Reason
        for language in LANGUAGES
    }


def _forms(table: Table, reason: Reason, language: str) -> tuple[str, str]:
    texts = table.table(reason, keys=LANGUAGES, optional=("one",))
    many = texts.text(language)
    if not texts.has("one"):
        return many, many
    return texts.table("one", keys=LANGUAGES).text(language), many

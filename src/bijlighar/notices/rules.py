"""Texts of notices from the catalogue: every variable filled, none too long; pure."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bijlighar.kernel.errors import BijligharError
from bijlighar.notices.values import NoticeKind, Urgency

LONGEST_VARIABLE = 40
"""Characters in one variable of a DLT template. Source: operators' DLT rules."""

CODE = "code"
MASKED_CODE = "••••••"
CUT_OFF = "..."
"""Three dots, not one sign: that one is not of the GSM alphabet and doubles the price."""

TYPES = {
    "money": re.compile(r"-?[0-9][0-9,]*\.[0-9]{2}"),
    "number": re.compile(r"-?[0-9][0-9,]*(\.[0-9]{1,3})?"),
    "id": re.compile(r"[0-9A-Za-z/-]+"),
    "moment": re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{4}(, [0-9]{2}:[0-9]{2})?"),
    "words": re.compile(r"[^\n\r{}]+"),
}
"""What each type of variable looks like. Source: the operators' tagging of variables,
which refuses a message whose variable is not of its type (TRAI direction, 18-11-2025)."""

TELLING = re.compile(
    r"https?:|www\.|\.(com|in|ly|org|net|apk)\b|(?<![0-9])[6-9][0-9]{9}(?![0-9])",
    re.IGNORECASE,
)
"""What free words must not carry into a notice: addresses, and numbers to call back."""


class CatalogueError(BijligharError):
    """The catalogue or what was to be filled in is not as registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A registered text with its variables in braces."""

    sender: str
    template_id: str
    text: str
    urgency: Urgency
    is_always_told: bool
    types: Mapping[str, str]
    """The type of each variable that the text leaves open."""

    @property
    def variables(self) -> frozenset[str]:
        """The names that the text leaves open."""
        return frozenset(variables_in_order(self.text))


def variables_in_order(text: str) -> tuple[str, ...]:
    """The names that a text leaves open, as they come, each once."""
    names = (name for _, name, _, _ in string.Formatter().parse(text) if name)
    return tuple(dict.fromkeys(names))


@cache
def catalogue() -> dict[tuple[NoticeKind, str], Template]:
    """Every registered text by kind and language. Raises CatalogueError."""
    text = files("bijlighar.notices").joinpath("catalogue", "sms.yaml").read_text("utf-8")
    held = yaml.safe_load(text)
    found = {}
    for kind in NoticeKind:
        for language in ("hi", "en"):
            try:
                found[kind, language] = _template(held, kind, language)
            except KeyError as missing:
                raise CatalogueError(
                    f"sms.yaml: {kind} in {language} lacks {missing}."
                ) from missing
    return found


def fill(*, kind: NoticeKind, language: str, parameters: Mapping[str, str]) -> str:
    """The text to send. Raises CatalogueError for a missing, unknown or wrong variable."""
    template = catalogue()[kind, language]
    if template.variables != parameters.keys():
        odd = sorted(template.variables ^ parameters.keys())
        raise CatalogueError(
            f"{kind} in {language}: variables {odd} do not match the template."
        )
    for name, value in parameters.items():
        _check(kind, name, value, template.types[name])
    return template.text.format_map(parameters)


def shown_text(*, kind: NoticeKind, language: str, parameters: Mapping[str, str]) -> str:
    """The text as it may be read afterwards: as sent, a code masked."""
    text = fill(kind=kind, language=language, parameters=parameters)
    if CODE not in parameters:
        return text
    masked = {**parameters, CODE: MASKED_CODE}
    return catalogue()[kind, language].text.format_map(masked)


def shorten(words: str) -> str:
    """Free words as a variable may carry them: one line, whole words, 40 characters."""
    line = " ".join(words.replace("{", "(").replace("}", ")").split())
    if len(line) <= LONGEST_VARIABLE:
        return line
    room = LONGEST_VARIABLE - len(CUT_OFF)
    cut = line[:room]
    if line[room] != " " and " " in cut[room // 2 :]:
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:-(") + CUT_OFF


def _template(held: Mapping[str, Any], kind: NoticeKind, language: str) -> Template:
    told = held["notices"][kind.value]
    one = told[language]
    return Template(
        sender=held["sender"],
        template_id=one["template_id"],
        text=one["text"],
        urgency=Urgency[told["urgency"].upper()],
        is_always_told=told["always"],
        types={name: held["variables"][name] for name in variables_in_order(one["text"])},
    )


def _check(kind: NoticeKind, name: str, value: str, its_type: str) -> None:
    if len(value) > LONGEST_VARIABLE:
        raise CatalogueError(
            f"{kind}: {name} is longer than {LONGEST_VARIABLE} characters."
        )
    if not TYPES[its_type].fullmatch(value):
        raise CatalogueError(f"{kind}: {name} is no {its_type}.")
    if its_type == "words" and TELLING.search(value):
        raise CatalogueError(f"{kind}: {name} must hold no address and no number to call.")

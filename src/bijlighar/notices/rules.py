"""Texts of notices from the catalogue: every variable filled, none too long; pure."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from bijlighar.kernel.errors import BijligharError
from bijlighar.notices.values import NoticeKind

LONGEST_VARIABLE = 40
"""Characters in one variable of a DLT template. Source: operators' DLT rules."""


class CatalogueError(BijligharError):
    """The catalogue or what was to be filled in is not as registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A registered text with its variables in braces."""

    sender: str
    template_id: str
    text: str

    @property
    def variables(self) -> frozenset[str]:
        """The names that the text leaves open."""
        return frozenset(
            name for _, name, _, _ in string.Formatter().parse(self.text) if name
        )


@cache
def catalogue() -> dict[tuple[NoticeKind, str], Template]:
    """Every registered text by kind and language. Raises CatalogueError."""
    text = files("bijlighar.notices").joinpath("catalogue", "sms.yaml").read_text("utf-8")
    held = yaml.safe_load(text)
    found = {}
    for kind in NoticeKind:
        for language in ("hi", "en"):
            try:
                one = held["notices"][kind.value][language]
            except KeyError as missing:
                raise CatalogueError(
                    f"sms.yaml: no {language} text for {kind}."
                ) from missing
            found[kind, language] = Template(
                sender=held["sender"], template_id=one["template_id"], text=one["text"]
            )
    return found


def fill(*, kind: NoticeKind, language: str, parameters: Mapping[str, str]) -> str:
    """The text to send. Raises CatalogueError for a missing, unknown or long variable."""
    template = catalogue()[kind, language]
    if template.variables != parameters.keys():
        odd = sorted(template.variables ^ parameters.keys())
        raise CatalogueError(
            f"{kind} in {language}: variables {odd} do not match the template."
        )
    for name, value in parameters.items():
        if len(value) > LONGEST_VARIABLE:
            raise CatalogueError(
                f"{kind}: {name} is longer than {LONGEST_VARIABLE} characters."
            )
    return template.text.format_map(parameters)

"""The words of a bill in both languages, from `words.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bijlighar.documents.values import Language


def say(name: str, language: Language, /, **parts: str) -> str:
    """A sentence by its name, such as `units` or `moved.interest`."""
    found: Any = _words()
    for key in name.split("."):
        found = found[key]
    text: str = found[language]
    return text.format_map(parts)


def funder(name: str, language: Language) -> str:
    """Who pays a relief, by the name in the order; as it stands there where unknown."""
    known: dict[str, str] = _words()["funders"]
    return known.get(name, name) if language == "hi" else name


@cache
def _words() -> dict[str, Any]:
    text = files("bijlighar.bills").joinpath("words.yaml").read_text("utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read

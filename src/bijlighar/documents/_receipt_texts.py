"""The labels and number words of the receipt in both languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from bijlighar.documents.values import Language


@cache
def words_in(language: Language) -> dict[str, str]:
    """Every label of the receipt by its name."""
    text = (files("bijlighar.documents") / "receipt_texts.yaml").read_text("utf-8")
    return {name: forms[language] for name, forms in yaml.safe_load(text).items()}

"""Amounts in words, as Indian receipts write them: lakh and crore, in Hindi and English."""

from __future__ import annotations

from bijlighar.documents._receipt_texts import words_in
from bijlighar.documents.values import Language
from bijlighar.kernel.money import PAISE_PER_RUPEE

HUNDRED = 100
SCALES = (1_00_00_000, 1_00_000, 1_000, HUNDRED)
"""Crore, lakh, thousand, hundred."""


def amount_in_words(paise: int, *, language: Language) -> str:
    """`five hundred rupees and fifty paise only`; for amounts from zero up."""
    assert paise >= 0
    words = words_in(language)
    rupees, rest = divmod(paise, PAISE_PER_RUPEE)
    unit = words["rupee" if rupees == 1 else "rupees"]
    amount = f"{number_in_words(rupees, language=language)} {unit}"
    if rest:
        rest_said = number_in_words(rest, language=language)
        said = words["paise"].replace("{paise}", rest_said)
        amount = said.replace("{amount}", amount)
    return words["only"].replace("{amount}", amount)


def number_in_words(number: int, *, language: Language) -> str:
    """`one lakh twenty thousand five`."""
    words = words_in(language)
    numbers = words["numbers"].split()
    if number < HUNDRED:
        return numbers[number]
    said = []
    for size, name in zip(SCALES, words["scales"].split(), strict=True):
        count, number = divmod(number, size)
        if count:
            said.append(f"{number_in_words(count, language=language)} {name}")
    if number:
        said.append(numbers[number])
    return " ".join(said)

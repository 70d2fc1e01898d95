"""Money: integer paise, no floats anywhere.

Amounts are kept and added as integer paise. Rating works in integer micro-rupees
(one millionth of a rupee; 10,000 to the paisa) and rounds each head once, half up.
"""

from __future__ import annotations

from typing import NewType

Paise = NewType("Paise", int)

PAISE_PER_RUPEE = 100
MICRORUPEES_PER_PAISA = 10_000


def divide_half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded to the nearest integer, halves away from zero.

    Half *up* on money means that a debit and the credit that reverses it round alike,
    so negative amounts mirror positive ones.
    """
    assert denominator > 0
    quotient, remainder = divmod(abs(numerator), denominator)
    if 2 * remainder >= denominator:
        quotient += 1
    return quotient if numerator >= 0 else -quotient


def group_lakh(digits: str) -> str:
    """Digits grouped the Indian way: `12345678` becomes `1,23,45,678`."""
    head, tail = digits[:-3], digits[-3:]
    groups = []
    while head:
        groups.append(head[-2:])
        head = head[:-2]
    return ",".join([*reversed(groups), tail])


def format_rupees(paise: int) -> str:
    """An amount as people write it, without the rupee sign: `-1,23,456.00`."""
    rupees, rest = divmod(abs(paise), PAISE_PER_RUPEE)
    sign = "-" if paise < 0 else ""
    return f"{sign}{group_lakh(str(rupees))}.{rest:02d}"

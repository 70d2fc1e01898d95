"""How the homes of a pretend town are numbered."""

from __future__ import annotations


def consumer_number_of(person_number: int) -> str:
    """A consumer number of ten digits, as UP's urban system has them."""
    return f"7310{person_number + 1:06d}"

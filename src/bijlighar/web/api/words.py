"""The kinds of values that the API takes, each with its pattern in the description.

A text holds no control characters: PostgreSQL takes no character zero, and no name,
number or reason has one.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Path, Query
from pydantic import Field, WithJsonSchema

LARGEST = 2**63 - 1
MONTH = "^20[0-9]{2}-(0[1-9]|1[0-2])$"
PRINTED = r"^[^\x00-\x1f\x7f]*$"

ConsumerNumber = Annotated[str, Path(pattern="^[0-9A-Z]{6,16}$")]
NumberInPath = Annotated[int, Path(ge=1, le=LARGEST)]
Number = Annotated[
    int | None,
    Query(),
    Field(ge=1, le=LARGEST),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": LARGEST}),
]
Day = Annotated[
    date | None,
    Query(description="A supply day of India: 2026-04-03."),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Month = Annotated[
    str | None,
    Query(description="A month of India: 2026-04."),
    Field(pattern=MONTH),
    WithJsonSchema({"type": "string", "pattern": MONTH}),
]
Text = Annotated[str, Query(max_length=80, pattern=PRINTED)]
Why = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1_000,
        pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
        description="The reason, which is kept for ever.",
    ),
]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

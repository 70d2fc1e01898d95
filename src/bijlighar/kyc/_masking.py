"""Paint over whatever has the shape of an Aadhaar number on a picture: 4 + 4 + 4 signs.

Nothing is read. Dark signs on a lighter ground are found, and twelve of nearly one height
in one row, parted into three groups of four by wider gaps, are covered whole, whatever
they are: what looks like it is covered, and a number that this cannot see (torn, blurred,
of other groups) it cannot cover. So cards that show themselves by their QR code are
refused before (`_pictures`). Rows may lean, and the picture may lie on its side.

Source: security reference D2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps

SIDE = 1_600
LEAST_HEIGHT, MOST_HEIGHT = 9, 120
DARKER_BY = 24
"""How much darker than its surroundings a sign is, of 255."""
SURROUNDINGS = 25
ONE_HEIGHT = 1.35
"""By how much the tallest sign of a row may exceed the lowest."""
GROUPS, SIGNS = 3, 4
INNER_STEP, OUTER_GAP = 1.5, 2.6
"""Steps within groups, and gaps between them, at most: in heights of a sign."""
EVEN, WIDER = 1.6, 1.12
"""Steps within groups differ by so much at most; those between them are so much wider."""
MOST_SIGNS = 20_000


@dataclass(frozen=True, slots=True)
class Box:
    """Where a sign is, in pixels; right and bottom lie outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """From the left, in pixels."""
        return (self.left + self.right) / 2


def masked(picture: Image.Image) -> Image.Image:
    """The same picture with each such row covered, upright and on its side."""
    held = picture
    for _turn in range(2):
        held = _covered(held).transpose(Image.Transpose.ROTATE_90)
    return held.transpose(Image.Transpose.ROTATE_180)


def _covered(picture: Image.Image) -> Image.Image:
    is_large = max(picture.size) > SIDE
    small = ImageOps.contain(picture, (SIDE, SIDE)) if is_large else picture
    scale = picture.width / small.width
    draw = ImageDraw.Draw(picture)
    for row in _rows(_signs(small)):
        rim = row[0].height // 2
        for box in row:
            draw.rectangle(
                (
                    (box.left - rim) * scale,
                    (box.top - rim) * scale,
                    (box.right + rim) * scale,
                    (box.bottom + rim) * scale,
                ),
                fill="black",
            )
    return picture


def _signs(picture: Image.Image) -> list[Box]:
    """Boxes of dark signs, from the left."""
    grey = ImageOps.grayscale(picture)
    around = grey.filter(ImageFilter.BoxBlur(SURROUNDINGS))
    dark = np.asarray(grey, np.int16) < np.asarray(around, np.int16) - DARKER_BY
    boxes = [
        box
        for box in _components(dark)
        if LEAST_HEIGHT <= box.height <= MOST_HEIGHT
        and (box.right - box.left) <= 1.2 * box.height
    ]
    return sorted(boxes, key=lambda box: (box.left, box.top))[:MOST_SIGNS]


def _components(dark: NDArray[np.bool_]) -> Iterator[Box]:
    """Boxes of pixels that touch, also by a corner: runs of rows are joined downwards."""
    padded = np.pad(dark, ((0, 0), (1, 1)))
    edges = np.diff(padded.astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _rows_too, ends = np.nonzero(edges == -1)
    parent = list(range(len(rows)))
    first_of = np.searchsorted(rows, np.arange(dark.shape[0] + 1)).tolist()
    start, end = starts.tolist(), ends.tolist()
    for row in range(1, dark.shape[0]):
        _join(parent, start, end, first_of[row - 1], first_of[row], first_of[row + 1])
    held: dict[int, list[int]] = {}
    for run, row in enumerate(rows.tolist()):
        root = _root(parent, run)
        box = held.setdefault(root, [start[run], row, end[run], row + 1])
        box[0] = min(box[0], start[run])
        box[2] = max(box[2], end[run])
        box[3] = row + 1
    return (Box(*box) for box in held.values())


def _join(
    parent: list[int], start: list[int], end: list[int], above: int, here: int, until: int
) -> None:
    """Join each run of a row with those of the row above that touch it."""
    other = above
    for run in range(here, until):
        while other < here and end[other] < start[run]:
            other += 1
        touching = other
        while touching < here and start[touching] <= end[run]:
            one, two = _root(parent, touching), _root(parent, run)
            parent[max(one, two)] = min(one, two)
            touching += 1


def _root(parent: list[int], run: int) -> int:
    while parent[run] != run:
        parent[run] = parent[parent[run]]
        run = parent[run]
    return run


def _rows(signs: Sequence[Box]) -> Iterator[list[Box]]:
    """Twelve signs each, in three groups of four."""
    after = {box: _next(box, index, signs) for index, box in enumerate(signs)}
    for box in signs:
        row = [box]
        while len(row) < GROUPS * SIGNS and (following := after[row[-1]]) is not None:
            row.append(following)
        if len(row) == GROUPS * SIGNS and _is_grouped(row):
            yield row


def _next(box: Box, index: int, signs: Sequence[Box]) -> Box | None:
    """The nearest sign to the right of about the same height and on the same line."""
    reach = box.right + OUTER_GAP * box.height
    for other in signs[index + 1 :]:
        if other.left > reach:
            return None
        low, high = sorted((box.height, other.height))
        leans = abs((box.top + box.bottom) - (other.top + other.bottom)) / 2
        far = max(other.left - box.right, 0) + box.height
        if (
            other.left >= box.right - box.height // 3
            and high <= ONE_HEIGHT * low
            and leans <= 0.4 * far
        ):
            return other
    return None


def _is_grouped(row: Sequence[Box]) -> bool:
    """Whether steps between groups are wider than those within them; middle to middle,
    since a one is narrow wherever it stands.
    """
    heights = [box.height for box in row]
    if max(heights) > ONE_HEIGHT * min(heights):
        return False
    steps = [two.middle - one.middle for one, two in pairwise(row)]
    outer = [steps[SIGNS * group - 1] for group in range(1, GROUPS)]
    inner = [step for place, step in enumerate(steps, start=1) if place % SIGNS]
    return (
        max(inner) <= INNER_STEP * max(heights)
        and max(inner) <= EVEN * min(inner)
        and min(outer) >= WIDER * max(inner)
    )

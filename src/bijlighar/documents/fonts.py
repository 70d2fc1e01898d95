"""The fonts of printed documents, as set-up made them from Mukta's npm files.

They lie beside the cut fonts of the screens (`tools/fonts.py`); no other font is ever used,
so a bill looks the same on every machine.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import typst

from bijlighar.kernel.errors import BijligharError

NODE_MODULES = Path(
    os.environ.get("BIJLIGHAR_NODE_MODULES", Path(__file__).parents[3] / "node_modules")
)
FOLDER = NODE_MODULES / ".bijlighar-print-fonts"
FAMILY = "Mukta"
WEIGHTS = (400, 700)


class FontMissing(BijligharError):
    """Nothing can be printed: the fonts that set-up makes are not where they should be."""

    def __init__(self, folder: Path) -> None:
        """Say where they are missing and what brings them."""
        super().__init__(f"No font for printing in {folder}: run `make setup` once.")
        self.folder = folder


@cache
def fonts_in(folder: Path) -> typst.Fonts:
    """The fonts of this folder, read once; raises FontMissing."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )
    found = {font.weight for font in fonts.fonts() if font.family == FAMILY}
    if not found.issuperset(WEIGHTS):
        raise FontMissing(folder)
    return fonts

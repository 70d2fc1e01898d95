"""The pictures of an installed site, drawn from our own outlines: PNG, as phones want them.

    tools/icons.py        write src/bijlighar/web/static/web/icons again

`lamp` is the sign as it is, `maskable` fills its square so that a phone may cut it round
(all that matters lies in the middle four fifths), `badge` is a silhouette for the status
line. They are drawn by typst, which the bills need anyway.
"""

from __future__ import annotations

from pathlib import Path

import typst

STATIC = (
    Path(__file__).resolve().parent.parent / "src" / "bijlighar" / "web" / "static" / "web"
)
ICONS = STATIC / "icons"
POINTS_AN_INCH = 72.0
MADE = {
    "lamp": (192, 512),
    "maskable": (192, 512),
    "touch": (180,),
    "badge": (96,),
}
OUTLINES = {"lamp": "lamp.svg", "maskable": "maskable.svg", "touch": "maskable.svg"}


def drawn(name: str, size_px: int) -> bytes:
    """One picture as PNG, `size_px` wide and high."""
    outline = STATIC / OUTLINES.get(name, f"{name}.svg")
    page = (
        f"#set page(width: {size_px}pt, height: {size_px}pt, margin: 0pt, fill: none)\n"
        f'#image("{outline.name}", width: 100%, height: 100%)'
    )
    made = typst.compile(page.encode(), root=STATIC, format="png", ppi=POINTS_AN_INCH)
    return bytes(made)


def main() -> None:
    ICONS.mkdir(exist_ok=True)
    for name, sizes in MADE.items():
        for size_px in sizes:
            (ICONS / f"{name}-{size_px}.png").write_bytes(drawn(name, size_px))


if __name__ == "__main__":
    main()

"""The pages of a stranger's PDF as pictures, made in a process of its own.

Started as a program (`python -I _pdf_pages.py`), never imported: it reads the PDF from
its input, may use little memory and time and write no file, and answers with lengths and
parts: the text of all pages, then each page as PNG. It exits with 3 where there are too
many pages, with anything else but 0 where the file is broken. It imports nothing of the
product.
"""

from __future__ import annotations

import resource
import struct
import sys
from io import BytesIO

MOST_PAGES = 3
MOST_SIDE = 2_000
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_S = 10
TOO_MANY = 3


def main() -> int:
    """Read, draw, answer."""
    content = sys.stdin.buffer.read()
    import pypdfium2

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    document = pypdfium2.PdfDocument(content)
    if not 0 < len(document) <= MOST_PAGES:
        return TOO_MANY
    texts, pictures = [], []
    for page in document:
        texts.append(page.get_textpage().get_text_range())
        width, height = page.get_size()
        scale = min(MOST_SIDE / max(width, height, 1), 3)
        held = BytesIO()
        page.render(scale=scale).to_pil().convert("RGB").save(held, "PNG")
        pictures.append(held.getvalue())
    for part in ("\n".join(texts).encode(errors="replace"), *pictures):
        sys.stdout.buffer.write(struct.pack(">I", len(part)) + part)
    return 0


if __name__ == "__main__":
    sys.exit(main())

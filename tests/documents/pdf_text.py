"""What a reader of the PDF would copy from it: enough of the format for typst's own files.

Letters come from the fonts' ToUnicode tables, words that shaping reorders from ActualText.
"""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"^(<<.*?>>)\nstream\n(.*)\nendstream$", re.DOTALL)
_LETTERS = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_TOKEN = re.compile(
    rb"(?P<font>/f\d+) \S+ Tf|/ActualText<(?P<actual>[0-9A-F]+)>|(?P<ends>\bEMC\b)|"
    rb"(?P<begins>\bBDC\b)|\((?P<glyphs>(?:\\.|[^\\)])*)\)|<(?P<hex>[0-9A-F]+)>",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(pdf: bytes) -> int:
    """How many pages the file has."""
    return len(re.findall(rb"/Type/Page(?!s)", pdf))


def text_of(pdf: bytes) -> str:
    """All that is written, in order, without any white space."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    letters = {
        name: _letters(objects, int(number))
        for name, number in re.findall(rb"(/f\d+) (\d+) 0 R", pdf)
    }
    contents = re.search(rb"/Contents (\d+) 0 R", pdf)
    assert contents, "a page has contents"
    return "".join(_written(_stream(objects[int(contents[1])]), letters).split())


def _letters(objects: dict[int, bytes], font: int) -> dict[bytes, str]:
    table = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    assert table, "every font says which letters it draws"
    return {
        bytes.fromhex(glyph.decode()): bytes.fromhex(text.decode()).decode("utf-16-be")
        for glyph, text in _LETTERS.findall(_stream(objects[int(table[1])]))
    }


def _stream(body: bytes) -> bytes:
    held = _STREAM.match(body)
    assert held, "an object with a stream"
    return zlib.decompress(held[2]) if b"FlateDecode" in held[1] else held[2]


def _written(content: bytes, letters: dict[bytes, dict[bytes, str]]) -> str:
    written: list[str] = []
    spans: list[bool] = []  # for each open span, whether it says its own text
    font, says = b"", False
    for token in _TOKEN.finditer(content):
        if token["font"]:
            font = token["font"]
        elif token["actual"]:
            written.append(bytes.fromhex(token["actual"].decode()).decode("utf-16"))
            says = True
        elif token["begins"]:
            spans.append(says)
            says = False
        elif token["ends"]:
            if spans:
                spans.pop()
        elif not any(spans):
            glyphs = _glyphs(token)
            pairs = (glyphs[at : at + 2] for at in range(0, len(glyphs), 2))
            written.extend(letters[font].get(pair, "") for pair in pairs)
    return "".join(written)


def _glyphs(token: re.Match[bytes]) -> bytes:
    if token["hex"]:
        return bytes.fromhex(token["hex"].decode())
    return _ESCAPE.sub(_unescaped, token["glyphs"])


def _unescaped(escape: re.Match[bytes]) -> bytes:
    if escape[1].isdigit():
        return bytes([int(escape[1], 8)])
    return _SHORT.get(escape[1], escape[1])

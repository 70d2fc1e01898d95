"""An uploaded picture or PDF becomes plain pictures that carry nothing but their pixels.

What a file is, its content says, never its name. Pictures are drawn anew, so that places,
times, thumbnails and whatever else hides in a file stay behind. Where an Aadhaar card shows
itself, by its QR code or by the text of a PDF, the whole upload is refused; what has the
shape of its number is painted over (`_masking`). The original is never written anywhere.

Sources: security reference D2; ASVS 5.0 items 5.2.1 to 5.2.6.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore

import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from bijlighar.kernel.aadhaar_like import looks_like_aadhaar
from bijlighar.kyc import _masking
from bijlighar.kyc._offline_qr import is_signed_qr
from bijlighar.kyc.rules import Refused
from bijlighar.kyc.values import Wrong

MOST_BYTES = 6 * 1024 * 1024
MOST_PIXELS = 40_000_000
LEAST_SIDE = 200
MOST_SIDE = 1_600
QUALITY = 82
PDF_WAIT_S = 20
UPLOADS_AT_ONCE = 2
"""A process works on no more: photos cost time, and other pages have to be answered."""
WAIT_FOR_TURN_S = 20
_JPEG, _PNG, _PDF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"
_PDF_PAGES = Path(__file__).with_name("_pdf_pages.py")
_TOO_MANY = 3
_turns = BoundedSemaphore(UPLOADS_AT_ONCE)
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def safe_pages(content: bytes) -> tuple[bytes, ...]:
    """JPEG pages of an uploaded file, fit to be kept. Raises Refused."""
    pages = []
    with _turn():
        for picture in _pictures_of(content):
            if any(_is_of_aadhaar(text) for text in _qr_texts(picture)):
                raise Refused(Wrong.CARD_OF_AADHAAR)
            pages.append(_drawn_anew(picture))
    return tuple(pages)


def signed_qr_in(content: bytes) -> str:
    """The text of the signed QR code in an uploaded file. Raises Refused."""
    with _turn():
        texts = [text for picture in _pictures_of(content) for text in _qr_texts(picture)]
    for text in texts:
        if is_signed_qr(text):
            return text
    raise Refused(Wrong.OLD_QR if any(map(_is_of_aadhaar, texts)) else Wrong.NO_QR)


@contextmanager
def _turn() -> Iterator[None]:
    """A place among the few uploads that a process works on at once. Raises Refused."""
    if not _turns.acquire(timeout=WAIT_FOR_TURN_S):
        raise Refused(Wrong.BUSY)
    try:
        yield
    finally:
        _turns.release()


def _pictures_of(content: bytes) -> Iterator[Image.Image]:
    if not content:
        raise Refused(Wrong.EMPTY)
    if len(content) > MOST_BYTES:
        raise Refused(Wrong.TOO_LARGE)
    if content.startswith(_PDF):
        yield from map(_opened, _pages_of_pdf(content))
    elif content.startswith((_JPEG, _PNG)):
        yield _opened(content)
    else:
        raise Refused(Wrong.NO_PICTURE)


def _opened(content: bytes) -> Image.Image:
    """The picture upright and in plain colours, over white where it was transparent."""
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as found:
            if found.width * found.height > MOST_PIXELS:
                raise Refused(Wrong.TOO_LARGE)
            found.load()
            upright = ImageOps.exif_transpose(found)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Refused(Wrong.BROKEN) from error
    except Image.DecompressionBombError as error:
        raise Refused(Wrong.TOO_LARGE) from error
    if min(upright.size) < LEAST_SIDE:
        raise Refused(Wrong.NO_PICTURE)
    coloured = upright.convert("RGBA")
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(coloured, mask=coloured)
    return plain


def _pages_of_pdf(content: bytes) -> tuple[bytes, ...]:
    """Each page as PNG, drawn by a process that may do nothing else."""
    command = [sys.executable, "-I", str(_PDF_PAGES)]
    try:
        done = subprocess.run(  # noqa: S603
            command, input=content, capture_output=True, timeout=PDF_WAIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(Wrong.BROKEN) from error
    if done.returncode == _TOO_MANY:
        raise Refused(Wrong.TOO_MANY_PAGES)
    if done.returncode != 0:
        raise Refused(Wrong.BROKEN)
    text, *pages = _parts(done.stdout)
    if looks_like_aadhaar(text.decode(errors="replace")):
        raise Refused(Wrong.CARD_OF_AADHAAR)
    return tuple(pages)


def _parts(told: bytes) -> Iterator[bytes]:
    while told:
        (length,) = struct.unpack_from(">I", told)
        yield told[4 : 4 + length]
        told = told[4 + length :]


def _qr_texts(picture: Image.Image) -> tuple[str, ...]:
    found = zxingcpp.read_barcodes(picture, formats=_QR)
    return tuple(one.text for one in found)


def _is_of_aadhaar(text: str) -> bool:
    """The signed code; the older one, which holds the whole number; or a bare number."""
    is_older = "PrintLetterBarcodeData" in text or " uid=" in text
    return is_signed_qr(text) or is_older or looks_like_aadhaar(text)


def _drawn_anew(picture: Image.Image) -> bytes:
    picture.thumbnail((MOST_SIDE, MOST_SIDE))
    held = BytesIO()
    _masking.masked(picture).save(held, "JPEG", quality=QUALITY, optimize=True)
    return held.getvalue()

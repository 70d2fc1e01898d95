"""Uploads: judged by content, drawn anew, refused where an Aadhaar card shows (D2)."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from bijlighar.kyc import _pictures
from bijlighar.kyc._pictures import MOST_BYTES, MOST_SIDE, safe_pages, signed_qr_in
from bijlighar.kyc.rules import Refused
from bijlighar.kyc.values import Wrong
from tests.kyc.papers import (
    LIKE,
    as_file,
    card,
    pan_card,
    pdf,
    pdf_with_text,
    qr_picture,
    qr_text,
)

SPACED = f"{LIKE[:4]} {LIKE[4:8]} {LIKE[8:]}"


def refused(content: bytes) -> Wrong:
    """Why an upload is not taken."""
    with pytest.raises(Refused) as told:
        safe_pages(content)
    return told.value.wrong


def opened(page: bytes) -> Image.Image:
    """A page that was made."""
    return Image.open(BytesIO(page))


def test_a_photo_becomes_one_jpeg_of_bearable_size():
    (page,) = safe_pages(as_file(card("ASHA", size=(4000, 2600), text_px=120), "PNG"))
    assert opened(page).format == "JPEG"
    assert opened(page).size == (MOST_SIDE, 1040)


def test_d2_nothing_of_the_file_but_its_pixels_is_kept():
    exif = Image.Exif()
    exif[0x010E] = "secret description"
    exif.get_ifd(0x8825)[2] = (25.0, 26.0, 27.0)
    jpeg = as_file(
        card("ASHA"), exif=exif, comment=b"secret comment", icc_profile=b"secret"
    )
    text = PngImagePlugin.PngInfo()
    text.add_text("secret", "secret text")
    png = as_file(card("ASHA"), "PNG", pnginfo=text)
    for content in (jpeg, png + b"secret tail", jpeg + b"secret tail"):
        assert b"secret" in content
        (page,) = safe_pages(content)
        assert b"secret" not in page
        assert b"Exif" not in page
        assert not opened(page).getexif()
        assert set(opened(page).info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
        }


def test_a_photo_is_turned_as_its_camera_says():
    exif = Image.Exif()
    exif[0x0112] = 6
    (page,) = safe_pages(as_file(card("ASHA"), exif=exif))
    assert opened(page).size == (640, 1000)


def test_what_is_transparent_becomes_white():
    clear = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    (page,) = safe_pages(as_file(clear, "PNG"))
    assert min(opened(page).getpixel((150, 150))) > 250


def test_a_pdf_becomes_its_pages():
    pages = safe_pages(pdf(card("ASHA"), card("BACK")))
    assert [opened(page).format for page in pages] == ["JPEG", "JPEG"]
    assert len(safe_pages(pdf_with_text("ASHA DEVI"))) == 1


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", Wrong.EMPTY),
        (b"hello", Wrong.NO_PICTURE),
        (b"GIF89a" + bytes(100), Wrong.NO_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Wrong.NO_PICTURE),
        (b"MZ" + bytes(100), Wrong.NO_PICTURE),
        (b"\xff\xd8\xff" + bytes(100), Wrong.BROKEN),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), Wrong.BROKEN),
        (b"%PDF-1.4\nnothing", Wrong.BROKEN),
        (as_file(card("ASHA"))[:-4000], Wrong.BROKEN),
        (b"\xff\xd8\xff" + bytes(MOST_BYTES), Wrong.TOO_LARGE),
        (as_file(Image.new("L", (7000, 7000)), "PNG"), Wrong.TOO_LARGE),
        (as_file(Image.new("L", (100, 100)), "PNG"), Wrong.NO_PICTURE),
        (pdf(*[card("ASHA")] * 4), Wrong.TOO_MANY_PAGES),
    ],
    ids=lambda told: told.value if isinstance(told, Wrong) else "",
)
def test_what_is_no_such_file_is_told(content, wrong):
    assert refused(content) is wrong


@pytest.mark.parametrize(
    "text",
    [qr_text(), f'<PrintLetterBarcodeData uid="{LIKE}" name="A"/>', SPACED],
    ids=["signed", "older", "bare"],
)
def test_d1_a_card_that_shows_itself_by_its_qr_code_is_refused(text):
    assert refused(qr_picture(text)) is Wrong.CARD_OF_AADHAAR


def test_d1_a_pdf_that_holds_such_a_number_as_text_is_refused():
    assert refused(pdf_with_text(f"No. {SPACED}")) is Wrong.CARD_OF_AADHAAR


def test_another_qr_code_is_no_reason_to_refuse():
    assert len(safe_pages(qr_picture("https://example.org/" + "x" * 40))) == 1


def test_a_process_works_on_few_uploads_at_once_and_says_so(monkeypatch):
    monkeypatch.setattr(_pictures, "WAIT_FOR_TURN_S", 0)
    held = [_pictures._turn() for _ in range(_pictures.UPLOADS_AT_ONCE)]
    for one in held:
        one.__enter__()
    try:
        assert refused(pan_card()) is Wrong.BUSY
    finally:
        for one in held:
            one.__exit__(None, None, None)
    assert len(safe_pages(pan_card())) == 1


def test_a_signed_code_is_found_in_a_photo_and_in_a_pdf():
    text = qr_text()
    picture = Image.open(BytesIO(qr_picture(text))).convert("RGB")
    photo = picture.rotate(7, expand=True, fillcolor="white")
    assert signed_qr_in(as_file(photo, quality=85)) == text
    assert signed_qr_in(pdf(picture)) == text


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (pan_card(), Wrong.NO_QR),
        (qr_picture("hello" * 19), Wrong.NO_QR),
        (qr_picture(f'<PrintLetterBarcodeData uid="{LIKE}"/>'), Wrong.OLD_QR),
        (b"hello", Wrong.NO_PICTURE),
    ],
    ids=["none", "other", "older", "no picture"],
)
def test_where_no_signed_code_is_found_it_is_told(content, wrong):
    with pytest.raises(Refused) as told:
        signed_qr_in(content)
    assert told.value.wrong is wrong

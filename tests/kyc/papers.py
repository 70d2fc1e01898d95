"""Papers for tests: pictures drawn here, and QR codes signed by keys made here."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from PIL import Image, ImageDraw, ImageFont

PAN = "ABCPE1234F"
VOTER_ID = "WKH1186253"
ACCOUNT = "30112233445"
IFSC = "SBIN0001234"
LIKE = "234567890124"
"""A made-up number with the right check digit; nobody's."""

SIGNED_AT = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)


@cache
def key_of(name: str) -> rsa.RSAPrivateKey:
    """A signing key; the same one for the same name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(
    name: str = "signer",
    *,
    starts: datetime = datetime(2025, 1, 1, tzinfo=UTC),
    ends: datetime = datetime(2027, 1, 1, tzinfo=UTC),
) -> x509.Certificate:
    """A certificate of such a key, signed by itself."""
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key_of(name).public_key())
        .serial_number(1)
        .not_valid_before(starts)
        .not_valid_after(ends)
        .sign(key_of(name), hashes.SHA256())
    )


def pin(folder: Path, *certificates: x509.Certificate) -> str:
    """A folder with these certificates, as the setting names it."""
    for number, one in enumerate(certificates or (certificate(),)):
        pem = one.public_bytes(serialization.Encoding.PEM)
        (folder / f"{number}.pem").write_bytes(pem)
    return str(folder)


def qr_text(
    *,
    name: str = "Asha",
    born: str = "01-07-1980",
    signed_at: datetime = SIGNED_AT,
    signer: str = "signer",
    version: str = "",
    flip: int | None = None,
    photo: bytes = bytes(range(250)) * 3,
) -> str:
    """The text of a signed QR code; `flip` changes one bit after signing."""
    local = signed_at + timedelta(hours=5, minutes=30)
    fields = [
        "3",
        f"0124{local:%Y%m%d%H%M%S}123",
        name,
        born,
        "F",
        "",
        "Prayagraj",
        "",
        "12",
    ]
    told = [version, *fields] if version else fields
    signed = b"\xff".join(one.encode() for one in told) + b"\xff" + photo
    signature = key_of(signer).sign(signed, padding.PKCS1v15(), hashes.SHA256())
    whole = bytearray(signed + signature)
    if flip is not None:
        whole[flip // 8] ^= 1 << flip % 8
    return packed(bytes(whole))


def packed(plain: bytes) -> str:
    """Compressed, as one long decimal number."""
    number = int.from_bytes(gzip.compress(plain), "big")
    head, tail = divmod(number, 10**4_000)
    return f"{head}{tail:04000d}" if head else str(tail)


def qr_picture(text: str) -> bytes:
    """A PNG with this QR code."""
    held = BytesIO()
    segno.make_qr(text, error="l").save(held, kind="png", scale=8, border=4)
    return held.getvalue()


def card(
    *lines: str, size: tuple[int, int] = (1000, 640), text_px: int = 44
) -> Image.Image:
    """A card with lines of text."""
    picture = Image.new("RGB", size, (236, 233, 220))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=text_px)
    for number, line in enumerate(lines):
        draw.text((60, 60 + number * 2 * text_px), line, fill=(25, 25, 60), font=font)
    return picture


def as_file(picture: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """The picture as a file."""
    held = BytesIO()
    picture.save(held, form, **options)
    return held.getvalue()


def pan_card() -> bytes:
    """A JPEG of a PAN card that was never issued."""
    return as_file(card("INCOME TAX DEPARTMENT", "ASHA", PAN))


def pdf(*pages: Image.Image) -> bytes:
    """A PDF of these pages as pictures."""
    held = BytesIO()
    pages[0].save(held, "PDF", save_all=True, append_images=list(pages[1:]))
    return held.getvalue()


def pdf_with_text(text: str) -> bytes:
    """A PDF of one page that holds this text as text."""
    stream = f"BT /F1 24 Tf 60 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(made)
    made += b"xref\n0 6\n0000000000 65535 f \n"
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start

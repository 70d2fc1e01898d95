"""Photos and voice notes: what they are is read in them, never in their name.

A photo is read and written anew, which leaves behind where and by whom it was taken and
whatever else was hidden in it. A voice note is known by how it begins, and kept as it is.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from bijlighar.complaints.values import MediaKind
from bijlighar.kernel.errors import BijligharError

MOST_PHOTO_BYTES = 8 * 1024 * 1024
MOST_VOICE_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1_600
QUALITY = 82
PHOTO_FORMATS = ("JPEG", "PNG", "WEBP")

_BEGINNINGS = (
    (b"OggS", "audio/ogg"),
    (b"\x1aE\xdf\xa3", "audio/webm"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
)
_MP4_BRANDS = frozenset({b"M4A ", b"mp42", b"isom", b"3gp4", b"3gp5", b"3gp6", b"M4B "})


class WrongFile(BijligharError):
    """The file is not a photo or voice note that is taken here, or is too big."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file as it is kept."""

    kind: MediaKind
    content_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return sha256(self.content).hexdigest()


def kept(*, content: bytes) -> Kept:
    """A file as it is kept, whatever it calls itself. Raises WrongFile."""
    if not content:
        raise WrongFile("The file is empty.")
    voice = _voice_type(content)
    if voice:
        if len(content) > MOST_VOICE_BYTES:
            raise WrongFile("A voice note is at most 2 MB: about two minutes.")
        return Kept(kind=MediaKind.VOICE, content_type=voice, content=content)
    if len(content) > MOST_PHOTO_BYTES:
        raise WrongFile("A photo is at most 8 MB.")
    return Kept(
        kind=MediaKind.PHOTO, content_type="image/jpeg", content=_drawn_anew(content)
    )


def _voice_type(content: bytes) -> str:
    for begins, content_type in _BEGINNINGS:
        if content.startswith(begins):
            return content_type
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    if content[4:8] == b"ftyp" and content[8:12] in _MP4_BRANDS:
        return "audio/mp4"
    return ""


def _drawn_anew(content: bytes) -> bytes:
    """The same picture as a JPEG that holds pixels only, upright and of a bearable size."""
    try:
        with warnings.catch_warnings():
            # A picture of very many pixels is refused below, by its size.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=PHOTO_FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise WrongFile("The photo has too many pixels.")
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        raise WrongFile("Send a photo (JPEG, PNG, WebP) or a voice note.") from error
    except (ValueError, SyntaxError, EOFError, IndexError) as error:
        # What a broken picture makes the reader raise; nothing of it is kept.
        raise WrongFile("The photo cannot be read.") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    made = BytesIO()
    bare.save(made, format="JPEG", quality=QUALITY)
    return made.getvalue()

"""What residents and staff upload: told apart by its bytes, never by its name; photos lose what they tell of the phone.

A photo is drawn anew, so position, time and serial numbers that cameras write into files are gone before it is kept.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from pathlib import PurePosixPath
from typing import Literal

from PIL import Image, ImageOps

from bot.cases.errors import Invalid
from bot.services.views import Upload

Kind = Literal["photo", "voice", "file"]
#: A photo's longer side; number plates stay readable, a telephone's 12 megapixels become some 500 kB.
LONGEST_SIDE = 2560
#: More pixels than any telephone makes: a file that claims them means harm.
MOST_PIXELS = 60_000_000
#: What Pillow raises over pictures that are none.
BROKEN = (
    OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, LookupError, TypeError, ArithmeticError,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
#: (offset, bytes found there, kind, content type, name ending)
MARKS: tuple[tuple[int, bytes, Kind, str, str], ...] = (
    (0, b"\xff\xd8\xff", "photo", "image/jpeg", ".jpg"),
    (0, b"\x89PNG\r\n\x1a\n", "photo", "image/png", ".png"),
    (0, b"GIF8", "photo", "image/gif", ".gif"),
    (8, b"WEBP", "photo", "image/webp", ".webp"),
    (8, b"WAVE", "voice", "audio/wav", ".wav"),
    (0, b"OggS", "voice", "audio/ogg", ".ogg"),
    (0, b"\x1aE\xdf\xa3", "voice", "audio/webm", ".webm"),
    (0, b"ID3", "voice", "audio/mpeg", ".mp3"),
    (0, b"\xff\xfb", "voice", "audio/mpeg", ".mp3"),
    (0, b"\xff\xf3", "voice", "audio/mpeg", ".mp3"),
    (0, b"#!AMR", "voice", "audio/amr", ".amr"),
    (4, b"ftypM4A", "voice", "audio/mp4", ".m4a"),
    (4, b"ftypheic", "file", "image/heic", ".heic"),
    (4, b"ftypmif1", "file", "image/heic", ".heic"),
    (4, b"ftypqt", "file", "video/quicktime", ".mov"),
    (4, b"ftyp", "file", "video/mp4", ".mp4"),
    (0, b"%PDF-", "file", "application/pdf", ".pdf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file", "application/msword", ".doc"),
    (0, b"PK\x03\x04", "file", "application/zip", ".zip"),
)
#: Office files are zip or OLE inside; only there the name may choose among these.
ENDINGS = {
    "application/zip": {
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    },
    "application/msword": {".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".wps": "application/msword"},
}
STANDARD_NAME = {"photo": "照片", "voice": "录音", "file": "文件"}


def read_upload(name: str, data: bytes) -> Upload:
    """The upload as the gateway takes it. Raises Invalid: kind_refused, empty_file, bad_photo."""
    if not data:
        raise Invalid("empty_file")
    kind, content_type, ending = _recognise(name, data)
    if kind == "photo":
        data, content_type, ending = redraw(data)
    return Upload(kind, _clean_name(name, kind, ending), content_type, data)


def _recognise(name: str, data: bytes) -> tuple[Kind, str, str]:
    for offset, mark, kind, content_type, ending in MARKS:
        if data[offset : offset + len(mark)] == mark:
            return (kind, *_by_name(name, content_type, ending))
    raise Invalid("kind_refused")


def _by_name(name: str, content_type: str, ending: str) -> tuple[str, str]:
    known = ENDINGS.get(content_type)
    if not known:
        return content_type, ending
    claimed = PurePosixPath(name.lower()).suffix
    if claimed not in known:
        raise Invalid("kind_refused")
    return known[claimed], claimed


def redraw(data: bytes) -> tuple[bytes, str, str]:
    """The picture without anything but its pixels, upright, at most LONGEST_SIDE wide or high; its type and ending."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return _drawn(image)
    except BROKEN as error:
        raise Invalid("bad_photo") from error


def _drawn(image: Image.Image) -> tuple[bytes, str, str]:
    if image.width * image.height > MOST_PIXELS:
        raise ValueError("too many pixels")
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    plain = image.format != "PNG" and image.mode in ("RGB", "L", "CMYK", "YCbCr")
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = upright.convert("RGB" if plain else "RGBA")
    bare.info.clear()
    out = io.BytesIO()
    bare.save(out, "JPEG" if plain else "PNG", **({"quality": 88} if plain else {}))
    return (out.getvalue(), "image/jpeg", ".jpg") if plain else (out.getvalue(), "image/png", ".png")


def _clean_name(name: str, kind: Kind, ending: str) -> str:
    """A file name without path and control signs, with the ending its bytes deserve."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    stem = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\"<>:|?*]+", "", stem).strip(" .")
    stem = stem.encode("utf-8", "ignore").decode()
    return (stem or STANDARD_NAME[kind])[:80] + ending

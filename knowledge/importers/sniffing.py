"""Which format a file truly has, told by its bytes and held against its name; what is dangerous is refused here.

A docx or an xlsx is a zip too, so the checks against zip bombs, passwords and macros are the same for all three.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from knowledge.importers.sentences import refuse

LARGEST = 20 * 1024 * 1024  # bytes of one file
UNPACKED = 100 * 1024 * 1024  # bytes of all members of a zip together
RATIO, RATIO_FROM = 120, 1024 * 1024  # unpacked to packed, of members larger than this; Word's own parts stay under 60
MEMBERS = 500
OFFICE_MEMBERS = 5000

#: how a file begins → what it is; the format where it is one we read, else the code of its refusal
BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "executable"),
    (b"\x7fELF", "executable"),
    (b"\xcf\xfa\xed\xfe", "executable"),
    (b"\xca\xfe\xba\xbe", "executable"),
    (b"#!", "executable"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0", "old_office"),
    (b"{\\rtf", "rich_text"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"Rar!", "unknown"),
    (b"7z\xbc\xaf", "unknown"),
    (b"\x1f\x8b", "unknown"),
)
PDF_MARK, PDF_WITHIN = b"%PDF-", 1024
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
TEXTS = {".md": "md", ".markdown": "md", ".txt": "txt", ".csv": "csv", ".htm": "html", ".html": "html", ".xhtml": "html"}
SUFFIXES = {**TEXTS, ".pdf": "pdf", ".docx": "docx", ".xlsx": "xlsx", ".zip": "zip"}
PROGRAMS = frozenset(  # one word after another reads better than a list
    (  # noqa: SIM905
        ".exe .dll .com .scr .msi .bat .cmd .ps1 .vbs .js .jar .apk .sh .lnk .hta .app .deb .rpm .iso"
    ).split()
)
MACRO_SUFFIXES = frozenset(".docm .dotm .xlsm .xltm .xlsb .xlam .pptm".split())  # noqa: SIM905 -- a word list reads better
#: All that zipfile lets out on bytes that only look like an archive: unknown methods, cut ends, bad sizes, passwords.
UNREADABLE_ZIP = (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, KeyError, RuntimeError, zlib.error)
OLD_SUFFIXES = frozenset({".doc", ".xls", ".rtf", ".wps", ".et"})
#: what a part of an Office file gives away
OFFICE_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "presentation"}
MACRO_PART = re.compile(r"vbaProject|vbaData|macrosheets/|\.bin\.rels$", re.IGNORECASE)
ACTIVE_TYPE = re.compile(rb"macroEnabled", re.IGNORECASE)
DOCTYPE = re.compile(rb"<!\x00?(?:D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E|E\x00?N\x00?T\x00?I\x00?T\x00?Y)", re.IGNORECASE)


def format_of(name: str, data: bytes) -> str:
    """docx, pdf, xlsx, csv, html, md, txt or zip. Raises BadFile for everything else and for what is dangerous."""
    suffix = PurePosixPath(name).suffix.lower()
    if len(data) > LARGEST:
        raise refuse(name, "too_large", limit=LARGEST // 1024 // 1024)
    if suffix in PROGRAMS:
        raise refuse(name, "executable")
    if suffix in MACRO_SUFFIXES:
        raise refuse(name, "macro")
    if not data.strip():
        raise refuse(name, "empty")
    found = _by_bytes(name, data)
    wanted = SUFFIXES.get(suffix)
    if wanted is None:
        raise refuse(name, "unknown")
    if found is None and suffix not in TEXTS:
        raise refuse(name, "broken")
    if found is not None and found != wanted:
        raise refuse(name, "mismatch", suffix=suffix, found=found)
    return wanted


def _by_bytes(name: str, data: bytes) -> str | None:
    """The format the bytes show; None for plain text or rubbish. Raises BadFile."""
    found = next((what for mark, what in BEGINNINGS if data.startswith(mark)), None)
    if found == "zip":
        return _inside(name, data)
    if found == "old_office" and ENCRYPTED_OFFICE in data:
        raise refuse(name, "password")
    if found is not None:
        raise refuse(name, found)
    return "pdf" if PDF_MARK in data[:PDF_WITHIN] else None


def _inside(name: str, data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {info.filename for info in archive.infolist()}
            office = "[Content_Types].xml" in names
            check_members(name, archive, OFFICE_MEMBERS if office else MEMBERS)
            if not office:
                return "zip"
            _check_office(name, archive)
    except UNREADABLE_ZIP as error:
        raise refuse(name, "broken") from error
    found = next((what for part, what in OFFICE_PARTS.items() if part in names), None)
    if found == "presentation":
        raise refuse(name, "presentation")
    if found is None:
        raise refuse(name, "unknown")
    return found


def check_members(name: str, archive: zipfile.ZipFile, most: int) -> None:
    """Refuse what unpacks to too much, is locked, or uses methods whose output cannot be bounded. Nothing is unpacked."""
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > most:
        raise refuse(name, "too_many_files", limit=most)
    if any(info.flag_bits & 1 for info in members):
        raise refuse(name, "password")
    large = [info for info in members if info.file_size > RATIO_FROM]
    if sum(info.file_size for info in members) > UNPACKED or any(
        info.file_size > RATIO * max(info.compress_size, 1) for info in large
    ):
        raise refuse(name, "bomb")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in members):
        raise refuse(name, "compression")


def _check_office(name: str, archive: zipfile.ZipFile) -> None:
    """No macros, and no document type: Office never writes one, entity bombs need one."""
    for info in archive.infolist():
        if MACRO_PART.search(info.filename):
            raise refuse(name, "macro")
        if info.filename.endswith((".xml", ".rels")):
            part = archive.read(info)
            if info.filename == "[Content_Types].xml" and ACTIVE_TYPE.search(part):
                raise refuse(name, "macro")
            if DOCTYPE.search(part):
                raise refuse(name, "unsafe_xml")

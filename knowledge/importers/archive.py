"""The members of a zip, in memory and under safe names. Nothing is ever written where a name in the zip says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from knowledge.importers.sentences import refuse
from knowledge.importers.sniffing import LARGEST, MACRO_SUFFIXES, PROGRAMS, UNREADABLE_ZIP

UTF8_NAME = 0x800
INNER = frozenset({".zip", ".rar", ".7z", ".gz", ".tar", ".bz2", ".xz", ".tgz"})
NOISE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini", "~$")


def members(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """(safe path, bytes) of each file. Raises BadFile for programs, macros, zips in the zip, and broken members.

    The caller has had `format_of` check sizes and passwords.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [(info, safe_name(info)) for info in archive.infolist() if not info.is_dir()]
            wanted = [(info, path) for info, path in infos if path and not any(noise in path for noise in NOISE)]
            for _, path in wanted:
                _check_name(name, path)
            for info, path in wanted:
                if info.file_size > LARGEST:
                    raise refuse(path, "too_large", limit=LARGEST // 1024 // 1024)
                yield path, archive.read(info)
    except UNREADABLE_ZIP as error:
        raise refuse(name, "broken") from error
    if not wanted:
        raise refuse(name, "nothing_inside")


def _check_name(name: str, path: str) -> None:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in INNER:
        raise refuse(name, "nested", inside=PurePosixPath(path).name)
    if suffix in PROGRAMS:
        raise refuse(f"{name} 里的 {path}", "executable")
    if suffix in MACRO_SUFFIXES:
        raise refuse(f"{name} 里的 {path}", "macro")


def safe_name(info: zipfile.ZipInfo) -> str:
    """A member's path without drive, root and `..`; names of Chinese Windows are GBK where they are not UTF-8."""
    written = info.filename
    if not info.flag_bits & UTF8_NAME:
        raw = written.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                written = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    parts = [part for part in written.replace("\\", "/").split("/") if part not in ("", ".", "..") and ":" not in part]
    return "/".join(parts)

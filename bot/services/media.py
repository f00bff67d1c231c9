"""Photos, voice messages and files of residents and staff: bytes under var/media, named by their hash."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from bot.services.views import SentFile, Upload
from bot.store.tables import AttachmentRow


@dataclass(frozen=True)
class StoredFile:
    """An attachment on disk."""

    path: Path
    name: str
    content_type: str


class Media:
    """Keeps attachments in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, inbox_id: int, upload: Upload) -> AttachmentRow:
        """Write the bytes and answer the row that names them; the caller commits it.

        A crash between the two leaves a file that nobody names, never a name without a file.
        """
        digest = self.put(upload.data)
        return AttachmentRow(
            inbox_id=inbox_id, kind=upload.kind, name=upload.name[:200], content_type=upload.content_type[:100],
            size=len(upload.data), sha256=digest,
        )  # fmt: skip

    def put(self, data: bytes, *, apart: str = "") -> str:
        """Write bytes once; answers the hash they are named by.

        `apart`: the same bytes under another word have another name, so that forgetting one leaves the other.
        """
        digest = hashlib.sha256(apart.encode() + data).hexdigest()
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            half = path.with_suffix(f".{os.getpid()}.part")
            half.write_bytes(data)
            half.replace(path)
        return digest

    def file_of(self, row: AttachmentRow) -> StoredFile:
        """Where an attachment's bytes lie."""
        return StoredFile(self._path(row.sha256), row.name, row.content_type)

    def photo(self, digest: str, content_type: str) -> StoredFile:
        """Where the bytes of a photo of the work lie."""
        return StoredFile(self._path(digest), f"{digest[:12]}.jpg", content_type)

    def sent(self, file: SentFile) -> StoredFile:
        """Where the bytes of what staff sent lie."""
        return StoredFile(self._path(file.digest), file.name, file.content_type)

    def forget(self, digest: str) -> None:
        """Delete the bytes of an attachment that no row names any more."""
        self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

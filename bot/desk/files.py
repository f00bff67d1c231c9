"""Files residents and staff have sent, handed to a browser: photos shown, everything else as a download nothing runs."""

from __future__ import annotations

from starlette.responses import FileResponse

from bot.cases.errors import NotFound
from bot.services.media import StoredFile

SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


def served(file: StoredFile) -> FileResponse:
    """A stored file for whoever was let in before. Raises NotFound where the bytes are gone."""
    if not file.path.is_file():
        raise NotFound(file.name)
    inline = file.content_type in SHOWN_INLINE
    return FileResponse(
        file.path,
        media_type=file.content_type if inline else "application/octet-stream",
        filename=file.name,
        content_disposition_type="inline" if inline else "attachment",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
            "Cache-Control": "private, max-age=3600",
        },
    )
